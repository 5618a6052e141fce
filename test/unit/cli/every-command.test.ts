import { CommanderError, type Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../../src/cli/main.ts';

/** Every command that does something, by its words: read from the program itself, so that a new one is tested too. */
function* walk(command: Command, words: readonly string[]): Generator<readonly [string, readonly string[]]> {
  for (const sub of command.commands) {
    const at = [...words, sub.name()];
    yield [at.join(' '), at];
    yield* walk(sub, at);
  }
}

const COMMANDS = [...walk(buildProgram(), [])];

/** What the command line ends with; a command that is reached is told as such, and not run. */
async function parse(words: readonly string[], rest: readonly string[]): Promise<string> {
  const program = buildProgram();
  let reached = '';
  let command = program;
  silence(program, () => (reached = 'it was run'));
  for (const word of words) command = command.commands.find((one) => one.name() === word) ?? command;
  const required = command.registeredArguments.map(({ argChoices }) => argChoices?.[0] ?? 'one');
  try {
    await program.parseAsync([...words, ...required, ...rest], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.code;
    throw error;
  }
  return reached;
}

function silence(command: Command, onReached: () => void): void {
  command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  if (command.parent && command.registeredArguments.length + command.options.length > 0) {
    command.action(onReached);
  }
  for (const sub of command.commands) silence(sub, onReached);
}

const isVariadic = (words: readonly string[]): boolean => {
  let command: Command = buildProgram();
  for (const word of words) command = command.commands.find((one) => one.name() === word) ?? command;
  return command.registeredArguments.some(({ variadic }) => variadic) || command.commands.length > 0;
};

describe('every command of the program', () => {
  it.each(COMMANDS)('%s refuses an option that it does not have', async (_, words) => {
    expect(await parse(words, ['--no-such-option'])).toBe('commander.unknownOption');
  });

  // groups and what takes several names: test/cli/every-command.test.ts
  const exact = COMMANDS.filter(([, words]) => !isVariadic(words));
  it.each(exact)('%s refuses an argument too many', async (_, words) => {
    expect(await parse(words, ['one-too-many'])).toBe('commander.excessArguments');
  });

  it('runs what is asked as it should be: the refusals above mean something', async () => {
    expect(await parse(['status'], [])).toBe('it was run');
    expect(await parse(['images', 'rm'], ['another'])).toBe('it was run');
  });
});
