import type { Command } from 'commander';
import { commandAction, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

/** `pxectl completion SHELL` */
export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .description('print the completion script: source <(pxectl completion bash)')
    .argument('<shell>', 'bash, zsh or fish')
    .action(commandAction((context: CommandContext<object>) => runCompletion(context, program)));
}

async function runCompletion(context: CommandContext<object>, program: Command): Promise<number> {
  const { completionScript, SHELLS } = await import('../completion-script.ts');
  const { usageError } = await import('../../model/errors.ts');
  const shell = SHELLS.find((name) => name === context.args[0]);
  if (shell === undefined) throw usageError({ what: `${context.args[0]}: there are ${SHELLS.join(', ')}` });
  context.output.data(completionScript(shell, program));
  return EXIT.ok;
}
