import { Option, type Command } from 'commander';
import { ENGINE_CHOICES, type EngineChoice } from '../../model/config.ts';
import type { SessionRecord } from '../../engine/session-record.ts';
import { commandAction, requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

interface UpOptions {
  readonly engine?: EngineChoice;
  readonly detach?: boolean;
  readonly dryRun?: boolean;
  readonly watch?: boolean;
  readonly force?: boolean;
  /** false: `--no-look` */
  readonly look?: boolean;
  readonly plain?: boolean;
}

/** `pxectl up [IMAGE]` */
export function registerUp(program: Command): void {
  program
    .command('up')
    .description('serve: answer machines that boot from the network, until ^C')
    .argument(
      '[image]',
      'image that boots by default: a name, an ISO or a URL; what is missing is fetched, and pxectl.yaml written',
    )
    .addOption(
      new Option('--engine <engine>', 'what answers (default: as in pxectl.yaml)').choices(ENGINE_CHOICES),
    )
    .option('-d, --detach', 'go on in the background')
    .option('--dry-run', 'print what would be written and started, change nothing')
    .option('--no-look', 'serve without looking first who else is on the network')
    .option(
      '--force',
      'serve although that does harm: beside another DHCP server in mode full, on a used address',
    )
    .option('--watch', 'apply changes of pxectl.yaml while running')
    .option('--plain', 'a line for each event also on a terminal, as screen readers and files like it')
    .option('--json', 'events as JSON Lines on stdout; with --detach or --dry-run one object')
    .addHelpText(
      'after',
      `
Examples:
  sudo pxectl up debian-12            without a pxectl.yaml: everything in one go
  sudo pxectl up my.iso
  sudo pxectl up --detach             in the background; pxectl watch shows the machines
  pxectl up --dry-run                 what it would do`,
    )
    .action(commandAction(runUp));
}

async function runUp(context: CommandContext<UpOptions>): Promise<number> {
  const { prepareUp } = await import('../up/prepare-up.ts');
  const { refuseOtherSystem, whyBehindWindows } = await import('../../platform/host-system.ts');
  const { output, options, args, signal } = context;
  // before anything is fetched for it
  if (options.dryRun !== true) refuseOtherSystem('pxectl up');
  const hindrance = whyBehindWindows();
  if (hindrance !== undefined) output.warn(hindrance);
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
  const isOtherWish = args[0] !== undefined || options.engine !== undefined;
  const tellWhoIsUp = ({ process, ...live }: SessionRecord): number => {
    const what = isOtherWish
      ? 'nothing changed; pxectl down first, to start it with another image or engine'
      : 'nothing to do';
    output.progress(`already up (pid ${process.pid}, ${live.description}): ${what}`);
    if (options.json) {
      output.json({ schema: 'pxectl.up/1', changed: false, session: { ...live, process } }, true);
    }
    return EXIT.ok;
  };
  const live = await readLiveSession(project.layout);
  if (live) return tellWhoIsUp(live);
  const look = options.look === false ? 'skip' : options.force === true ? 'force' : 'refuse';
  if (options.dryRun) {
    const { describeUp } = await import('../up/describe-up.ts');
    await describeUp(project, output, { isJson: options.json === true, look });
    return EXIT.ok;
  }
  const { isInBackground } = await import('../up/in-background.ts');
  const { tellMove } = await import('../up/tell-move.ts');
  if (!isInBackground()) await tellMove(project, output);
  const serve = {
    output,
    isJson: options.json === true,
    isWatching: options.watch === true,
    look,
    signal,
  } as const;
  try {
    if (options.detach) {
      const { upDetached } = await import('../up/up-detached.ts');
      return await upDetached(project, serve);
    }
    const { upForeground } = await import('../up/up-foreground.ts');
    const { canShowView } = await import('../live/terminal-wanted.ts');
    const hasView = canShowView(output, { isJson: serve.isJson, isPlain: options.plain === true });
    return await upForeground(project, { ...serve, hasView });
  } catch (error) {
    // another one came first, while this one was starting
    const first = await readLiveSession(project.layout);
    const { PxectlError } = await import('../../model/errors.ts');
    if (first === undefined || !(error instanceof PxectlError) || error.code !== 'E_ALREADY_RUNNING')
      throw error;
    return tellWhoIsUp(first);
  }
}
