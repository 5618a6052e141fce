import type { Command } from 'commander';
import { commandAction, requestedConfigPath, type CommandContext, type GlobalOptions } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

/** `pxectl reload` */
export function registerReload(program: Command): void {
  program
    .command('reload')
    .description('make a running pxectl read pxectl.yaml again; running transfers go on')
    .action(commandAction(runReload));
}

async function runReload(context: CommandContext<GlobalOptions>): Promise<number> {
  const { loadProject } = await import('../../engine/project.ts');
  const { readLiveSession } = await import('../../engine/session-record.ts');
  const { engineError } = await import('../../model/errors.ts');
  // read here first: a mistake is shown to the person who made it and the running one goes on as it is
  const project = await loadProject(requestedConfigPath(context.options));
  const session = await readLiveSession(project.layout);
  if (!session) {
    throw engineError('E_NOT_RUNNING', { what: 'pxectl is not up here', next: 'pxectl up' });
  }
  process.kill(session.process.pid, 'SIGHUP');
  context.output.progress(`asked pid ${session.process.pid} to apply ${project.configPath}`);
  return EXIT.ok;
}
