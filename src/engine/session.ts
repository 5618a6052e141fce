import type { BootContext } from '../model/boot-context.ts';
import { httpBaseUrl } from '../model/boot-context.ts';
import type { BootEvent } from '../model/boot-event.ts';
import { engineError, messageOf } from '../model/errors.ts';
import { identityOf } from '../platform/process-identity.ts';
import type { MacAddress } from '../protocol/addresses.ts';
import { openEventStore, type EventStore } from '../watch/event-store.ts';
import { loadBootContext } from './boot-context.ts';
import { chooseEngine } from './choose-engine.ts';
import type { EngineInput } from './engine.ts';
import { machineRoutes } from './machine-routes.ts';
import { setArmed } from './machine-state.ts';
import { reloadProject, type Project } from './project.ts';
import { removeLeftovers } from './leftovers.ts';
import { withoutReadinessEvents } from './readiness-client.ts';
import { checkReadiness } from './readiness.ts';
import { fillServeFolder } from './serve-folder.ts';
import { readLiveSession, removeSession, writeSession } from './session-record.ts';

export interface SessionOptions {
  readonly project: Project;
  readonly isDetached: boolean;
  /** one line at a time: what is being done */
  readonly onProgress: (line: string) => void;
  readonly onWarning: (line: string) => void;
  /** every event, from `engine.starting` on */
  readonly onEvent: (event: BootEvent) => void;
}

/** A running pxectl: servers that answer, and the events they give. */
export interface Session {
  readonly description: string;
  /** why this engine was chosen, one line */
  readonly why: string;
  readonly context: BootContext;
  /** resolves with the reason when the engine has stopped by itself */
  readonly died: Promise<string>;
  /** reads the configuration again and applies it; running transfers go on */
  reload(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/**
 * Prepares the serve folder, starts the engine and waits until it really answers.
 * @throws PxectlError E_ALREADY_RUNNING and whatever the configuration, the store and the engine have to say;
 * nothing is left running then
 */
export async function startSession(options: SessionOptions): Promise<Session> {
  const { project } = options;
  const { layout } = project;
  const other = await readLiveSession(layout);
  if (other) {
    throw engineError('E_ALREADY_RUNNING', {
      what: `pxectl is already up here (pid ${other.process.pid}, engine ${other.engine})`,
      next: 'pxectl status shows it, pxectl down stops it',
    });
  }
  const events = await openEventStore(layout.events, { onTrouble: options.onWarning });
  const unsubscribe = events.subscribe(options.onEvent);
  try {
    return await startWith(options, events);
  } catch (error) {
    // the caller shows what is thrown; the file keeps it too
    unsubscribe();
    events.emit({ type: 'engine.error', detail: { message: messageOf(error) } });
    await events.close();
    throw error;
  }
}

async function startWith(options: SessionOptions, events: EventStore): Promise<Session> {
  const { layout, configPath } = options.project;
  let context = await loadBootContext(options.project);
  await fillServeFolder(context, layout);

  const disarm = async (mac: MacAddress): Promise<void> => {
    await setArmed(layout, mac, false, new Date().toISOString());
    await reload();
  };
  const sink = withoutReadinessEvents(events);
  const input: EngineInput = {
    context,
    layout,
    sink,
    routes: machineRoutes({ context: () => context, sink, disarm }),
  };
  for (const removed of await removeLeftovers(layout)) options.onProgress(removed);

  const choice = await chooseEngine(context.config.engine, input);
  options.onProgress(`engine ${choice.engine.name}: ${choice.why}`);
  events.emit({ type: 'engine.starting', detail: { engine: choice.engine.name, message: choice.why } });
  const running = await choice.engine.start(input);
  const reload = async (): Promise<readonly string[]> => {
    context = await loadBootContext(await reloadProject(options.project));
    const { changed } = await fillServeFolder(context, layout);
    await running.reload(context);
    return changed;
  };
  const stop = async (): Promise<void> => {
    await running.stop();
    await removeSession(layout);
    events.emit({ type: 'engine.stopped', detail: { engine: running.name } });
    await events.close();
  };
  try {
    sink.begin(context.config.network.address);
    await checkReadiness(input, { lastLines: () => running.lastLines?.() ?? [] });
    sink.end();
    const identity = await identityOf(process.pid);
    await writeSession(layout, {
      schema: 'pxectl.session/1',
      process: identity ?? { pid: process.pid, startTime: '' },
      engine: running.name,
      description: running.description,
      why: choice.why,
      configPath,
      startedAt: new Date().toISOString(),
      httpUrl: httpBaseUrl(context.config),
      isDetached: options.isDetached,
    });
  } catch (error) {
    await running.stop();
    throw error;
  }
  events.emit({ type: 'engine.ready', detail: { engine: running.name, message: running.description } });
  return {
    description: running.description,
    why: choice.why,
    get context() {
      return context;
    },
    died: running.died,
    reload,
    stop,
  };
}
