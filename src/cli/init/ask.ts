import { createInterface, type Interface } from 'node:readline/promises';
import { Interrupted } from '../cli.ts';

/** Asks on the terminal which interface to serve on; an empty answer takes the proposed one. */
export async function askForInterface(
  names: readonly string[],
  proposed: string,
  signal: AbortSignal,
): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    for (;;) {
      const question = `Which interface are the machines on? ${names.join(', ')} [${proposed}] `;
      const answer = (await ask(terminal, question, signal)).trim();
      if (answer === '') return proposed;
      if (names.includes(answer)) return answer;
    }
  } finally {
    terminal.close();
  }
}

/** @throws Interrupted at ^C and at the end of the input */
async function ask(terminal: Interface, question: string, signal: AbortSignal): Promise<string> {
  try {
    return await terminal.question(question, { signal });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    process.stderr.write('\n');
    throw new Interrupted('no answer', { cause: error });
  }
}
