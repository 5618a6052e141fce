import type { Command } from 'commander';
import type { ControlStatus } from '../../control/schemas/session.ts';
import type { SessionRecord } from '../../engine/session-record.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { commandAction, requestedConfigPath, type CommandContext, type GlobalOptions } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { formatTrace } from '../trace-view.ts';
import { formatLocalTime } from '../../model/units.ts';

/** Boots that status shows. */
const SHOWN_BOOTS = 10;

/** `pxectl status` */
export function registerStatus(program: Command): void {
  program
    .command('status')
    .description('whether pxectl is up and serves here, and its last boots; exit 1 when it does not serve')
    .option('--all', 'the sessions of all projects on this computer')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(runStatus));
}

async function runStatus(
  context: CommandContext<GlobalOptions & { readonly all?: boolean }>,
): Promise<number> {
  const { output, options } = context;
  if (options.all === true) {
    const { showAllSessions } = await import('../status/all-sessions.ts');
    return showAllSessions(output, options.json === true);
  }
  const { watchedProject } = await import('../watched-project.ts');
  const { bootTraces } = await import('../boot-traces.ts');
  const { layout, machines } = await watchedProject(requestedConfigPath(options), output);
  const state = await lookAtSession(layout);
  const traces = await bootTraces(layout.events, machines);
  const { session, leftovers, problem } = state;
  const troubles = state.answer?.troubles ?? [];
  const isServing = problem === undefined && !troubles.some(({ severity }) => severity === 'error');
  const isWell = session !== undefined && isServing;
  if (options.json) {
    output.json({
      schema: 'pxectl.status/1',
      up: session !== undefined,
      session: session ?? null,
      lastReload: state.answer?.lastReload ?? null,
      problem: problem ?? null,
      troubles,
      leftovers,
      boots: traces.map(({ events, ...trace }) => ({ ...trace, eventCount: events.length })),
    });
    return isWell ? EXIT.ok : EXIT.failure;
  }
  for (const line of describe(state)) output.data(line);
  for (const trace of traces.slice(-SHOWN_BOOTS)) output.data(`\n${formatTrace(trace)}`);
  return isWell ? EXIT.ok : EXIT.failure;
}

interface SessionState {
  readonly session?: SessionRecord;
  /** what the session itself says; undefined where it belongs to another user, or does not answer */
  readonly answer?: ControlStatus;
  /** why it does not answer, although it is there */
  readonly problem?: string;
  /** the process of an `up` that does not serve yet */
  readonly startingPid?: number;
  /** what of a killed pxectl goes on answering machines */
  readonly leftovers: readonly string[];
}

async function lookAtSession(layout: StateLayout): Promise<SessionState> {
  const { readLiveSession, readStartingPid } = await import('../../engine/session-record.ts');
  const session = await readLiveSession(layout);
  if (session === undefined) {
    const { findLeftovers } = await import('../../engine/leftovers.ts');
    const startingPid = await readStartingPid(layout);
    // what runs while a pxectl starts is its own
    if (startingPid !== undefined) return { startingPid, leftovers: [] };
    return { leftovers: await findLeftovers(layout) };
  }
  const { askControl } = await import('../../control/control-client.ts');
  const { PxectlError } = await import('../../model/errors.ts');
  const question = { layout, pid: session.process.pid, command: 'pxectl status' };
  try {
    return { session, answer: await askControl('status', {}, question), leftovers: [] };
  } catch (error) {
    if (!(error instanceof PxectlError)) throw error;
    // that it is up, everybody may see
    if (error.code === 'E_PRIVILEGE') return { session, leftovers: [] };
    return { session, problem: error.message, leftovers: [] };
  }
}

function* describe({ session, answer, problem, startingPid, leftovers }: SessionState): Generator<string> {
  if (session === undefined) {
    if (startingPid !== undefined) yield `starting (pid ${startingPid}): it does not serve yet`;
    else if (leftovers.length === 0) yield 'not up; pxectl up starts it';
    else {
      yield `not up, but what a killed pxectl left goes on answering machines: ${leftovers.join(', ')}`;
      yield 'pxectl down ends it, pxectl up takes over; without a pxectl no install seed is served';
    }
    return;
  }
  const { process, startedAt, description } = session;
  yield `up since ${formatLocalTime(startedAt)} (pid ${process.pid}): ${description}`;
  if (problem !== undefined) yield `${problem}; pxectl down ends it`;
  for (const { id, severity, message, since } of answer?.troubles ?? []) {
    yield `${severity === 'info' ? '·' : '!'} ${message} (since ${formatLocalTime(since).slice(11)}; pxectl doctor explains ${id})`;
  }
  const refused = answer?.lastReload?.refused;
  if (refused !== undefined) {
    yield `pxectl.yaml as it was read ${formatLocalTime(answer?.lastReload?.at ?? '')} is not used: ${refused}`;
  }
}
