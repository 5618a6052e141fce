import type { Command } from 'commander';
import { commandAction, requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

/** Time for the engine to stop cleanly: containers and dnsmasq included. */
const STOP_GRACE_MS = 30_000;

/** `pxectl down` */
export function registerDown(program: Command): void {
  program
    .command('down')
    .description('stop what `up` started here, and nothing else')
    .option('--dry-run', 'say what would be stopped')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(runDown));
}

async function runDown(context: CommandContext<{ readonly dryRun?: boolean }>): Promise<number> {
  const { output, options } = context;
  const { findConfig, layoutBeside } = await import('../../engine/project.ts');
  const { readLiveSession, removeSession } = await import('../../engine/session-record.ts');
  const { removeLeftovers } = await import('../../engine/leftovers.ts');
  const { endProcesses } = await import('../../platform/process-identity.ts');
  const { signalSession } = await import('../signal-session.ts');
  const { stateLayout } = await import('../../model/state-layout.ts');

  // works without a readable configuration: what runs must be stoppable
  const configPath = await findConfig(requestedConfigPath(options), process.cwd());
  const layout = configPath ? layoutBeside(configPath) : stateLayout(`${process.cwd()}/.pxectl`);
  const session = await readLiveSession(layout);
  const say = (changed: boolean, text: string): number => {
    output.progress(text);
    if (options.json) output.json({ schema: 'pxectl.down/1', changed, message: text });
    return EXIT.ok;
  };
  if (options.dryRun) {
    return say(
      false,
      session ? `would stop pid ${session.process.pid} (${session.description})` : 'nothing is up here',
    );
  }
  if (session) {
    signalSession(session, 0, 'pxectl down');
    await endProcesses([session.process], STOP_GRACE_MS);
    await removeSession(layout);
  }
  const removed = await removeLeftovers(layout);
  if (!session && removed.length === 0) return say(false, 'nothing is up here: nothing to do');
  const what = [...(session ? [`pid ${session.process.pid}, ${session.description}`] : []), ...removed];
  return say(true, `stopped: ${what.join('; ')}`);
}
