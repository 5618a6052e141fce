import type { Command } from 'commander';
import { commandAction, requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

/** `pxectl reload` */
export function registerReload(program: Command): void {
  program
    .command('reload')
    .description('make a running pxectl read pxectl.yaml again; running transfers go on')
    .option(
      '--dry-run',
      'check the file and say which process would read it (pxectl render --diff: the changes)',
    )
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(runReload));
}

async function runReload(context: CommandContext<{ readonly dryRun?: boolean }>): Promise<number> {
  const { output, options } = context;
  const { loadProject } = await import('../../engine/project.ts');
  const { readLiveSession } = await import('../../engine/session-record.ts');
  const { signalSession } = await import('../signal-session.ts');
  const { checkSeeds } = await import('../install-seeds.ts');
  const { engineError } = await import('../../model/errors.ts');
  // read here first: a mistake is shown to the person who made it and the running one goes on as it is
  const project = await loadProject(requestedConfigPath(options));
  await checkSeeds(project.config, project.configPath);
  const session = await readLiveSession(project.layout);
  if (!session) {
    throw engineError('E_NOT_RUNNING', { what: 'pxectl is not up here', next: 'pxectl up' });
  }
  const { pid } = session.process;
  signalSession(session, options.dryRun === true ? 0 : 'SIGHUP', 'pxectl reload');
  const verb = options.dryRun === true ? 'would ask' : 'asked';
  output.progress(`${verb} pid ${pid} to apply ${project.configPath}`);
  if (options.json) output.json({ schema: 'pxectl.reload/1', changed: options.dryRun !== true, pid });
  return EXIT.ok;
}
