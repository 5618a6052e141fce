import { setTimeout as sleep } from 'node:timers/promises';
import { watch } from 'node:fs';
import { dirname, basename } from 'node:path';
import type { Project } from '../../engine/project.ts';
import { findingOfTrouble } from '../../doctor/finding-of-trouble.ts';
import { findingsOfTrace } from '../../doctor/analyse/findings-of-trace.ts';
import { serveControl } from '../../control/control-server.ts';
import { RunningSession } from '../../control/running-session.ts';
import type { LookChoice } from '../../engine/session-network.ts';
import { startSession, type Session } from '../../engine/session.ts';
import { machinesWithCards } from '../../machines/inventory/machine-cards.ts';
import type { BootEvent } from '../../model/boot-event.ts';
import { engineError, messageOf } from '../../model/errors.ts';
import { EXIT } from '../exit-codes.ts';
import { BootWatcher, formatLiveFinding } from '../boot-watcher.ts';
import { grubRefusals, grubRefusalText } from '../../plan/grub-refusals.ts';
import { installWarnings } from '../install-state-text.ts';
import type { Output } from '../output.ts';
import { formatEvent } from '../trace-view.ts';
import { isInBackground } from './in-background.ts';
import { watchTerminal } from './lost-terminal.ts';

export interface ForegroundOptions {
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly isJson: boolean;
  readonly isWatching: boolean;
  readonly look: LookChoice;
}

/**
 * Serves until ^C, SIGTERM, its terminal is closed or the engine dies. SIGHUP from elsewhere, and whoever asks
 * over the control socket, have a changed configuration applied.
 */
export async function upForeground(project: Project, options: ForegroundOptions): Promise<number> {
  const { output, signal } = options;
  const boots = new BootWatcher(await machinesWithCards(project.config, project.layout), (finding, trace) =>
    output.progress(formatLiveFinding(finding, trace)),
  );
  // from the start: SIGHUP may come before the servers answer, and ends who does not listen
  let reload = (): void => undefined;
  const ending = new AbortController();
  const terminal = watchTerminal();
  const onHangup = (): void => (terminal.isLost() ? ending.abort() : reload());
  process.on('SIGHUP', onHangup);
  const openControl = async (started: Session): Promise<{ close(): Promise<void> }> => {
    const running = new RunningSession({
      session: started,
      configPath: project.configPath,
      onOutcome: (line, isRefusal) => (isRefusal ? output.warn(line) : output.progress(line)),
      stop: () => ending.abort(),
      explain: findingOfTrouble,
    });
    // the outcome is told in the log
    reload = () => void running.reload().catch(() => undefined);
    try {
      return await serveControl(project.layout, running.handlers());
    } catch (error) {
      // machines are served all the same: on a file system that holds no sockets, for one
      output.warn(`no control socket, so pxectl reload cannot ask this process: ${messageOf(error)}`);
      return { close: async () => undefined };
    }
  };
  const session = await startSession({
    project,
    isDetached: isInBackground(),
    look: options.look,
    judge: findingsOfTrace,
    onProgress: (line) => output.progress(line),
    onWarning: (line) => output.warn(line),
    onEvent: (event) => {
      boots.take(event);
      showEvent(event, options);
    },
    openControl,
    signal,
  });
  if (project.stateProblem !== undefined) output.warn(project.stateProblem);
  for (const refusal of grubRefusals(session.context)) output.warn(grubRefusalText(refusal));
  for (const line of installWarnings(session.context.config.machines)) output.warn(line);
  for (const line of introduction(session, project)) output.progress(line);

  const watcher = options.isWatching ? watchConfig(project.configPath, () => reload()) : undefined;
  try {
    const died = await Promise.race([session.died, aborted(AbortSignal.any([signal, ending.signal]))]);
    if (died !== undefined) {
      throw engineError('E_ENGINE_DIED', {
        what: 'the engine has stopped by itself',
        why: died,
        next: 'pxectl logs',
      });
    }
    return EXIT.ok;
  } finally {
    ending.abort();
    watcher?.close();
    boots.close();
    process.off('SIGHUP', onHangup);
    await session.stop();
    output.progress('stopped');
  }
}

const QUIET_EVENTS: readonly string[] = ['engine.starting', 'engine.ready', 'engine.stopped'];

function showEvent(event: BootEvent, { output, isJson }: ForegroundOptions): void {
  if (isJson) return output.json(event, true);
  const line = formatEvent(event);
  // the introduction says in better words that the engine starts and is ready
  if (line !== undefined && !QUIET_EVENTS.includes(event.type)) output.progress(line);
}

function introduction(session: Session, project: Project): string[] {
  const { config } = session.context;
  return [
    session.description,
    `images: ${config.images.join(', ')}; default: ${config.boot.default}`,
    config.network.mode === 'proxy'
      ? 'your router goes on giving the addresses; now start a machine with network boot'
      : `mode ${config.network.mode}: addresses ${config.network.range?.first}-${config.network.range?.last} are given by pxectl`,
    `events: ${project.layout.events}   ^C stops`,
  ];
}

/** Editors replace the file: the folder is watched, and a burst of changes counts once. */
function watchConfig(path: string, onChange: () => void): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(dirname(path), (_, name) => {
    if (name !== basename(path)) return;
    clearTimeout(timer);
    timer = setTimeout(onChange, 200);
  });
  return {
    close() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  // a pending timer keeps the process alive while it serves
  while (!signal.aborted) await sleep(3_600_000, undefined, { signal }).catch(() => undefined);
  return undefined;
}
