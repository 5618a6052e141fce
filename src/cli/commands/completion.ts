import { Argument, type Command } from 'commander';
import { commandAction, requestedConfigPath, type CommandContext } from '../cli.ts';
import type { NameKind, Shell } from '../completion-script.ts';
import { EXIT } from '../exit-codes.ts';

const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];
const NAMES: readonly NameKind[] = ['machines', 'profiles', 'images', 'available'];

/** `pxectl completion SHELL` */
export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .description(
      'print the completion script: source <(pxectl completion bash); or the names that it asks for',
    )
    .addArgument(new Argument('<what>', 'for which shell, or which names').choices([...SHELLS, ...NAMES]))
    .action(commandAction((context: CommandContext<object>) => runCompletion(context, program)));
}

async function runCompletion(context: CommandContext<object>, program: Command): Promise<number> {
  const { output, options, args } = context;
  const shell = SHELLS.find((name) => name === args[0]);
  if (shell !== undefined) {
    const { completionScript } = await import('../completion-script.ts');
    output.data(completionScript(shell, program));
    return EXIT.ok;
  }
  if (args[0] === 'available') {
    const { availableImages } = await import('../../images/catalogue/available.ts');
    output.data(
      availableImages()
        .map(({ id }) => id)
        .join('\n'),
    );
    return EXIT.ok;
  }
  const { loadProject } = await import('../../engine/project.ts');
  const { config } = await loadProject(requestedConfigPath(options));
  const lists: Readonly<Record<Exclude<NameKind, 'available'>, readonly string[]>> = {
    machines: config.machines.map(({ name }) => name),
    profiles: config.profiles.map(({ name }) => name),
    images: config.images,
  };
  const kind = (['machines', 'profiles', 'images'] as const).find((name) => name === args[0]);
  // commander let no other word through
  const names = kind === undefined ? [] : lists[kind];
  if (names.length > 0) output.data(names.join('\n'));
  return EXIT.ok;
}
