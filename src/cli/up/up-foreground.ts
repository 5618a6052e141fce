import { setTimeout as sleep } from 'node:timers/promises';
import { watch } from 'node:fs';
import { dirname, basename } from 'node:path';
import type { Project } from '../../engine/project.ts';
import { findingsOfTrace } from '../../doctor/analyse/findings-of-trace.ts';
import type { LookChoice } from '../../engine/session-network.ts';
import type { Session } from '../../engine/session.ts';
import { startSession } from '../../engine/start-session.ts';
import { engineError } from '../../model/errors.ts';
import { EXIT } from '../exit-codes.ts';
import { grubRefusals, grubRefusalText } from '../../plan/grub-refusals.ts';
import { installWarnings } from '../install-state-text.ts';
import type { Output } from '../output.ts';
import { openLines } from './told-lines.ts';
import { openView } from './told-view.ts';
import { isInBackground } from './in-background.ts';
import { dashboardLine } from './dashboard-line.ts';
import { watchTerminal } from './lost-terminal.ts';
import { openDoors, type Doors } from './open-doors.ts';

export interface ForegroundOptions {
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly isJson: boolean;
  readonly isWatching: boolean;
  readonly look: LookChoice;
  /** rows that change instead of lines */
  readonly hasView: boolean;
}

/**
 * Serves until ^C, SIGTERM, its terminal is closed or the engine dies. SIGHUP from elsewhere, and whoever asks
 * over the control socket, have a changed configuration applied.
 */
export async function upForeground(project: Project, options: ForegroundOptions): Promise<number> {
  const { output, signal } = options;
  const told = options.hasView ? openView(project, options) : openLines(options);
  // from the start: SIGHUP may come before the servers answer, and ends who does not listen
  let reload = (): void => undefined;
  const ending = new AbortController();
  const terminal = watchTerminal();
  const onHangup = (): void => (terminal.isLost() ? ending.abort() : reload());
  process.on('SIGHUP', onHangup);
  let doors: Doors | undefined;
  const openControl = async (started: Session): Promise<{ close(): Promise<void> }> => {
    const { layout, configPath } = project;
    const opened = await openDoors(started, {
      ...{ layout, configPath, told, stop: () => ending.abort() },
      signal: AbortSignal.any([signal, ending.signal]),
    });
    // the outcome is told in the log
    reload = () => void opened.running.reload().catch(() => undefined);
    return (doors = opened);
  };
  const session = await startSession({
    project,
    isDetached: isInBackground(),
    look: options.look,
    judge: findingsOfTrace,
    onProgress: (line) => told.progress(line),
    onWarning: (line) => told.warn(line),
    onEvent: (event) => told.take(event),
    openControl,
    signal,
  });
  if (project.stateProblem !== undefined) told.warn(project.stateProblem);
  for (const refusal of grubRefusals(session.context)) told.warn(grubRefusalText(refusal));
  for (const line of installWarnings(session.context.config.machines)) told.warn(line);
  const { dashboardUrl } = doors?.running.status() ?? {};
  if (dashboardUrl !== undefined)
    told.progress(await dashboardLine(dashboardUrl, project.layout, output.isTerminal));
  for (const line of introduction(session, project)) told.progress(line);

  const watcher = options.isWatching ? watchConfig(project.configPath, () => reload()) : undefined;
  try {
    await told.begin(session);
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
    told.close();
    process.off('SIGHUP', onHangup);
    await session.stop();
    output.progress('stopped');
  }
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
