import type { Command } from 'commander';
import type { SessionRecord } from '../../engine/session-record.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import type { ProcessIdentity } from '../../platform/process-identity.ts';
import { commandAction, requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

/** Time for the engine to stop cleanly: containers and dnsmasq included. */
const STOP_GRACE_MS = 30_000;
/** For one that does not answer any more, or does not yet. */
const FORCED_STOP_GRACE_MS = 15_000;

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
  const { findConfig } = await import('../../engine/project.ts');
  const { layoutBeside } = await import('../../model/state-layout.ts');
  const { removeSession } = await import('../../engine/session-record.ts');
  const { findLeftovers, removeLeftovers } = await import('../../engine/leftovers.ts');
  const { stateLayout } = await import('../../model/state-layout.ts');

  // works without a readable configuration: what runs must be stoppable
  const configPath = await findConfig(requestedConfigPath(options), process.cwd());
  const layout = configPath ? layoutBeside(configPath) : stateLayout(`${process.cwd()}/.pxectl`);
  const running = await findRunning(layout);
  const say = (changed: boolean, text: string): number => {
    output.progress(text);
    if (options.json) output.json({ schema: 'pxectl.down/1', changed, message: text });
    return EXIT.ok;
  };
  if (options.dryRun) {
    const what = running === undefined ? await findLeftovers(layout) : [running.description];
    return say(false, what.length > 0 ? `would stop ${what.join('; ')}` : 'nothing is up here');
  }
  if (running) {
    await stop(running, layout);
    await removeSession(layout);
    output.verbose(`ended ${running.description}`);
  }
  const removed = await removeLeftovers(layout);
  if (!running && removed.length === 0) return say(false, 'nothing is up here: nothing to do');
  return say(true, `stopped: ${[...(running ? [running.description] : []), ...removed].join('; ')}`);
}

interface Running {
  readonly process: ProcessIdentity;
  readonly description: string;
  /** undefined while it starts: nobody answers for it yet */
  readonly session?: SessionRecord;
}

async function findRunning(layout: StateLayout): Promise<Running | undefined> {
  const { readLiveSession, readStartingPid } = await import('../../engine/session-record.ts');
  const { identityOf } = await import('../../platform/process-identity.ts');
  const session = await readLiveSession(layout);
  if (session) {
    const { process, description } = session;
    return { process, session, description: `pid ${process.pid}, ${description}` };
  }
  const startingPid = await readStartingPid(layout);
  const process = startingPid === undefined ? undefined : await identityOf(startingPid);
  return process && { process, description: `pid ${process.pid}, which was starting` };
}

/**
 * Asks it to stop, and ends it by force where it does not: it hangs, is stopped, or has not come far enough to hear.
 * @throws PxectlError E_PRIVILEGE when it belongs to somebody else
 */
async function stop({ process, session }: Running, layout: StateLayout): Promise<void> {
  const { askControl } = await import('../../control/control-client.ts');
  const { endProcesses, waitForEnd } = await import('../../platform/process-identity.ts');
  const { PxectlError } = await import('../../model/errors.ts');
  const { refuseForeignProcess } = await import('../foreign-process.ts');
  refuseForeignProcess(process.pid, 'pxectl down');
  try {
    if (session) {
      await askControl('stop', {}, { layout, pid: process.pid, command: 'pxectl down' });
      await waitForEnd([process], STOP_GRACE_MS);
    }
  } catch (error) {
    if (!(error instanceof PxectlError) || error.code !== 'E_CONTROL') throw error;
  }
  await endProcesses([process], FORCED_STOP_GRACE_MS);
}
