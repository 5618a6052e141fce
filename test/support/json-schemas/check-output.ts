import { schemaProblem } from './published.ts';

/**
 * Holds what a command has printed with --json to the schema that is published for it.
 * @throws Error that says which key is wrong
 */
export function checkOutput(args: readonly string[], stdout: string): void {
  if (!args.includes('--json')) return;
  const values = readJson(stdout);
  for (const value of values) {
    // a line of the stream of events has no word of its own
    const isEvent = 'time' in Object(value) && !('schema' in Object(value));
    const problem = schemaProblem(value, ...(isEvent ? ['pxectl.event/1'] : []));
    if (problem !== undefined)
      throw new Error(`pxectl ${args.join(' ')} prints what is not published: ${problem}`);
  }
}

/** One object, or one a line; none where the program was ended in the middle. */
function readJson(stdout: string): readonly object[] {
  for (const texts of [[stdout], stdout.split('\n').filter((line) => line !== '')]) {
    try {
      return texts.map((text) => JSON.parse(text) as object);
    } catch {
      // the other way
    }
  }
  return [];
}
