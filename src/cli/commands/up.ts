import { Option, type Command } from 'commander';
import { ENGINE_CHOICES, type EngineChoice } from '../../model/config.ts';
import { commandAction, requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

interface UpOptions {
  readonly engine?: EngineChoice;
  readonly detach?: boolean;
  readonly dryRun?: boolean;
  readonly watch?: boolean;
}

/** `pxectl up [IMAGE]` */
export function registerUp(program: Command): void {
  program
    .command('up')
    .description('serve: answer machines that boot from the network, until ^C')
    .argument(
      '[image]',
      'image that boots by default; without a pxectl.yaml here this does init, fetch and up in one go',
    )
    .addOption(
      new Option('--engine <engine>', 'what answers (default: as in pxectl.yaml)').choices(ENGINE_CHOICES),
    )
    .option('-d, --detach', 'go on in the background')
    .option('--dry-run', 'print what would be written and started, change nothing')
    .option('--watch', 'apply changes of pxectl.yaml while running')
    .option('--json', 'events as JSON Lines on stdout; with --detach or --dry-run one object')
    .addHelpText(
      'after',
      `
Examples:
  sudo pxectl up debian-12            without a pxectl.yaml: everything in one go
  sudo pxectl up --detach             in the background; pxectl watch shows the machines
  pxectl up --dry-run                 what it would do`,
    )
    .action(commandAction(runUp));
}

async function runUp(context: CommandContext<UpOptions>): Promise<number> {
  const { prepareUp } = await import('../up/prepare-up.ts');
  const { output, options, args, signal } = context;
  const project = await prepareUp({
    image: args[0],
    engine: options.engine,
    configPath: requestedConfigPath(options),
    isDryRun: options.dryRun === true,
    isJson: options.json === true,
    output,
    signal,
  });
  if (project === undefined) return EXIT.ok;

  const { readLiveSession } = await import('../../engine/session-record.ts');
  const live = await readLiveSession(project.layout);
  if (live) {
    const isOtherWish = args[0] !== undefined || options.engine !== undefined;
    output.progress(
      `already up (pid ${live.process.pid}, ${live.description}): ${
        isOtherWish
          ? 'nothing changed; pxectl down first, to start it with another image or engine'
          : 'nothing to do'
      }`,
    );
    if (options.json) output.json({ schema: 'pxectl.up/1', changed: false, session: live }, true);
    return EXIT.ok;
  }
  if (options.dryRun) {
    const { describeUp } = await import('../up/describe-up.ts');
    await describeUp(project, output, options.json === true);
    return EXIT.ok;
  }
  if (options.detach) {
    const { upDetached } = await import('../up/up-detached.ts');
    return upDetached(project, {
      output,
      isJson: options.json === true,
      isWatching: options.watch === true,
    });
  }
  const { upForeground } = await import('../up/up-foreground.ts');
  return upForeground(project, {
    output,
    signal,
    isJson: options.json === true,
    isWatching: options.watch === true,
  });
}
