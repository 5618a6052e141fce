import type { Command } from 'commander';
import { commandAction, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

/** `pxectl help [COMMAND…]`, also of sub-commands. */
export function registerHelp(program: Command): void {
  program
    .helpCommand(false)
    .command('help')
    .description('help for a command: pxectl help machines add')
    .argument('[command...]', 'a command, and its sub-command')
    .action(commandAction((context: CommandContext<object>) => runHelp(context, program)));
}

async function runHelp({ args }: CommandContext<object>, program: Command): Promise<number> {
  const { usageError } = await import('../../model/errors.ts');
  const { nearestWord } = await import('../../model/nearest-word.ts');
  let command = program;
  for (const word of args) {
    const sub = command.commands.find((candidate) => candidate.name() === word);
    if (sub === undefined) {
      const names = command.commands.map((candidate) => candidate.name());
      const near = nearestWord(word, names);
      throw usageError({
        what: `unknown command '${args.join(' ')}'`,
        ...(near === undefined ? {} : { why: `did you mean ${near}?` }),
        next: 'pxectl help',
      });
    }
    command = sub;
  }
  command.outputHelp();
  return EXIT.ok;
}
