import { Argument, type Command } from 'commander';
import { commandAction, type CommandContext } from '../cli.ts';
import type { Shell } from '../completion-script.ts';
import { EXIT } from '../exit-codes.ts';

/** `pxectl completion SHELL` */
export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .description('print the completion script: source <(pxectl completion bash)')
    .addArgument(
      new Argument('<shell>', 'for which shell').choices(['bash', 'zsh', 'fish'] satisfies Shell[]),
    )
    .action(commandAction((context: CommandContext<object>) => runCompletion(context, program)));
}

async function runCompletion(context: CommandContext<object>, program: Command): Promise<number> {
  const { completionScript, SHELLS } = await import('../completion-script.ts');
  const shell = SHELLS.find((name) => name === context.args[0]);
  // commander let no other word through
  if (shell !== undefined) context.output.data(completionScript(shell, program));
  return EXIT.ok;
}
