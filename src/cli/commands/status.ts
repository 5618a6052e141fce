import type { Command } from 'commander';
import { commandAction, requestedConfigPath, type CommandContext, type GlobalOptions } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { formatTrace } from '../trace-view.ts';
import { formatLocalTime } from '../units.ts';

/** Boots that status shows. */
const SHOWN_BOOTS = 10;

/** `pxectl status` */
export function registerStatus(program: Command): void {
  program
    .command('status')
    .description('whether pxectl is up here, and the last boots it served; exit 1 when it is not up')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(runStatus));
}

async function runStatus(context: CommandContext<GlobalOptions>): Promise<number> {
  const { output, options } = context;
  const { loadProject } = await import('../../engine/project.ts');
  const { readLiveSession } = await import('../../engine/session-record.ts');
  const { bootTraces } = await import('../boot-traces.ts');
  const project = await loadProject(requestedConfigPath(options));
  const session = await readLiveSession(project.layout);
  const traces = await bootTraces(project.layout.events, project.config.machines);
  if (options.json) {
    output.json({
      schema: 'pxectl.status/1',
      up: session !== undefined,
      session: session ?? null,
      boots: traces.map(({ events, ...trace }) => ({ ...trace, eventCount: events.length })),
    });
    return session ? EXIT.ok : EXIT.failure;
  }
  output.data(
    session
      ? `up since ${formatLocalTime(session.startedAt)} (pid ${session.process.pid}): ${session.description}`
      : 'not up; pxectl up starts it',
  );
  for (const trace of traces.slice(-SHOWN_BOOTS)) output.data(`\n${formatTrace(trace)}`);
  return session ? EXIT.ok : EXIT.failure;
}
