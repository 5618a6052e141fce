import type { Command } from 'commander';
import { lapsedText } from '../../model/lapsed-order.ts';
import { namedByKey } from '../../model/machine-key.ts';
import { commandAction, requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

/** Files named one by one; of more the number is told. */
const NAMED_FILES = 8;
/** What takes longer gets a word. */
const QUICK_MS = 2_000;

/** `pxectl reload` */
export function registerReload(program: Command): void {
  program
    .command('reload')
    .description('make a running pxectl read pxectl.yaml again, and say what it did; running transfers go on')
    .option(
      '--dry-run',
      'check the file and say which process would read it (pxectl render --diff: the changes)',
    )
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(runReload));
}

async function runReload(context: CommandContext<{ readonly dryRun?: boolean }>): Promise<number> {
  const { output, options, signal } = context;
  const { loadProject } = await import('../../engine/project.ts');
  const { readLiveSession } = await import('../../engine/session-record.ts');
  const { askControl } = await import('../../control/control-client.ts');
  const { checkSeeds, tellSeeds } = await import('../install-seeds.ts');
  const { engineError } = await import('../../model/errors.ts');
  // read here first: a mistake is shown to the person who made it and the running one goes on as it is
  const project = await loadProject(requestedConfigPath(options));
  await checkSeeds(project.config, project.configPath);
  await tellSeeds(project, project.config.machines, { output, isRefused: false });
  const session = await readLiveSession(project.layout);
  if (!session) {
    throw engineError('E_NOT_RUNNING', { what: 'pxectl is not up here', next: 'pxectl up' });
  }
  const { pid } = session.process;
  const question = { layout: project.layout, pid, command: 'pxectl reload', signal };
  if (options.dryRun) {
    await askControl('status', {}, question);
    output.progress(`would ask pid ${pid} to apply ${project.configPath}`);
    if (options.json) output.json({ schema: 'pxectl.reload/1', changed: false, files: [], lapsed: [], pid });
    return EXIT.ok;
  }
  const notice = setTimeout(
    () => output.progress(`pid ${pid} is still at work: it lets running transfers end first`),
    QUICK_MS,
  );
  const { changed, lapsed } = await askControl('reload', {}, question).finally(() => clearTimeout(notice));
  output.progress(
    changed.length === 0
      ? `no change: pid ${pid} serves what ${project.configPath} says already`
      : `applied by pid ${pid}: ${nameFiles(changed)}`,
  );
  if (lapsed.length > 0) output.warn(lapsedText(lapsed));
  if (options.json) {
    output.json({
      schema: 'pxectl.reload/1',
      changed: changed.length > 0,
      files: changed,
      lapsed: lapsed.map(namedByKey),
      pid,
    });
  }
  return EXIT.ok;
}

function nameFiles(paths: readonly string[]): string {
  const left = paths.length - NAMED_FILES;
  return `${paths.slice(0, NAMED_FILES).join(', ')}${left > 0 ? ` and ${left} more files` : ''}`;
}
