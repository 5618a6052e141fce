import { httpBaseUrl } from '../model/boot-context.ts';
import type { NewBootEvent } from '../model/boot-event.ts';
import { Inventory } from '../machines/inventory/inventory.ts';
import { openMachineStates } from '../machines/machine-states.ts';
import { engineError, messageOf } from '../model/errors.ts';
import { privatePlaces } from '../model/private-places.ts';
import type { Ipv4Network } from '../protocol/addresses.ts';
import { identityOf } from '../platform/process-identity.ts';
import { CardAsker } from '../net/confirm-card.ts';
import { neighboursOn } from '../net/neighbours.ts';
import { boundLogs } from '../platform/bounded-logs.ts';
import { Turns } from '../platform/turns.ts';
import type { NetworkTrouble } from '../model/network-trouble.ts';
import { BootHistory } from '../watch/boot-history.ts';
import { eventsUntil } from '../watch/read-events.ts';
import { EventLog } from '../watch/event-log.ts';
import { openEventStore, type EventStore } from '../watch/event-store.ts';
import { AddressBook } from './address-book.ts';
import { withBootChoices } from './boot-choices.ts';
import type { EngineInput, RunningEngine } from './engine.ts';
import { withQuietHolds } from './quiet-holds.ts';
import { refuseMove } from './refuse-move.ts';
import { startEngine } from './start-engine.ts';
import { machineRoutes } from './machine-routes.ts';
import { SessionInstalls } from './session-installs.ts';
import { reloadProject } from './project.ts';
import { Reporters } from './reporting/reporters.ts';
import { withRelayedNames } from './relayed-names.ts';
import { removeLeftovers } from './leftovers.ts';
import { withoutReadinessEvents } from './readiness-client.ts';
import { checkReadiness } from './readiness.ts';
import { SessionFiles } from './session-files.ts';
import { serveMachines } from './serve-folder.ts';
import {
  readLiveSession,
  removeSession,
  whileStarting,
  writeSession,
  type SessionRecord,
} from './session-record.ts';
import { registerSession, unregisterSession } from './session-registry.ts';
import { SessionNetwork } from './session-network.ts';
import type { Reloaded, Session, SessionOptions } from './session.ts';

/** An image for containers may have to be built first. */
const OTHER_START_TIMEOUT_MS = 180_000;

/**
 * Prepares the serve folder, starts the engine and waits until it really answers.
 * @throws PxectlError E_ALREADY_RUNNING and whatever the configuration, the store and the engine have to say;
 * nothing is left running then
 */
export async function startSession(options: SessionOptions): Promise<Session> {
  const { layout } = options.project;
  return whileStarting(layout, () => startAlone(options), {
    timeoutMs: OTHER_START_TIMEOUT_MS,
    onWaiting: (pid) => options.onProgress(`another pxectl up (pid ${pid}) is starting here: waiting for it`),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

async function startAlone(options: SessionOptions): Promise<Session> {
  const { layout } = options.project;
  const other = await readLiveSession(layout);
  if (other) {
    throw engineError('E_ALREADY_RUNNING', {
      what: `pxectl is already up here (pid ${other.process.pid}, ${other.description})`,
      next: 'pxectl status shows it, pxectl down stops it',
    });
  }
  const events = await openEventStore(layout.events, { onTrouble: options.onWarning });
  const unsubscribe = events.subscribe((event, isKept) => {
    if (isKept) options.onEvent(event);
  });
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
  const { onProgress, onWarning, signal } = options;
  const log = new EventLog(layout.events, events);
  let project = options.project;
  const files = new SessionFiles({ layout, onProgress, onWarning, signal });
  let context = await files.load(options.project);
  const network = new SessionNetwork({
    config: () => context.config,
    layout,
    sink: events,
    choice: options.look ?? 'refuse',
    onWarning,
  });
  const history = await BootHistory.open(layout, { judge: options.judge, onTrouble: onWarning });
  const knowCards = (): void => {
    const machines = inventory.withSeenCards();
    events.know(machines);
    history.know(machines);
  };
  const inventory = await Inventory.open({ layout, onTrouble: onWarning, onCards: knowCards });
  const fill = async (): Promise<readonly string[]> => {
    inventory.know(context.config.machines);
    knowCards();
    const filled = context;
    const changed = await files.fill(filled);
    // whoever was disarmed meanwhile may have been served anew before the fill came by
    if (context !== filled) await installs.serveAll();
    return changed;
  };
  const logs = boundLogs(['pxectl.log', 'nginx/nginx-error.log'].map((name) => `${layout.run}/${name}`));

  // an engine takes one change after the other, and none before it has started
  const turns = new Turns();
  let started: RunningEngine | undefined;
  let reporters: Reporters | undefined;
  const apply = async (): Promise<Reloaded> => {
    const read = async () => {
      const changed = await reloadProject(options.project);
      return { changed, context: await files.load(changed) };
    };
    const { changed: nextProject, context: next } = await read().catch((error: unknown) => {
      // what keeps it from being read may be wrong with what is served too
      network.changed();
      throw error;
    });
    refuseMove(context.config, next.config);
    // a machine may have been disarmed while the file was read
    const lapsed = await installs.refresh(next);
    project = nextProject;
    const changed = await fill();
    await started?.reload(context);
    network.changed();
    await reporters?.reload();
    return { changed, lapsed };
  };
  const quiet = withQuietHolds(events);
  const seen = (event: NewBootEvent): void => {
    inventory.take(event);
    quiet.emit(event);
  };
  const toldWell = withBootChoices({ emit: seen }, () => context);
  const relayed = (): readonly Ipv4Network[] => context.config.network.relayed ?? [];
  const cardOf = neighboursOn(context.config.network.interface, relayed);
  const sink = withoutReadinessEvents(withRelayedNames(toldWell, relayed));
  const states = openMachineStates(layout);
  const installs = new SessionInstalls({
    states,
    sink,
    context: () => context,
    ownerOf: (mac) => inventory.ownerOf(mac),
    cardAt: cardOf,
    decide: (decided) => (context = decided),
    serve: async (machines) => {
      for (const trouble of await serveMachines(context, layout, machines)) onWarning(trouble);
    },
    reloadEngine: () =>
      turns.take(async () => {
        await started?.reload(context).catch((error: unknown) => onWarning(messageOf(error)));
      }),
  });
  await installs.refresh(context);
  await fill();
  let endStart = (): void => undefined;
  const hasStarted = new Promise<void>((resolve) => (endStart = resolve));
  void history.resume(eventsUntil(layout.events, events.lastId), hasStarted);
  const addresses = new AddressBook(cardOf);
  events.subscribe((event) => {
    addresses.learn(event);
    history.take(event);
    reporters?.take(event);
    installs.take(event);
  });
  const places = privatePlaces({ path: project.configPath, stateRoot: layout.root });
  const cards = new CardAsker({ interfaceName: context.config.network.interface });
  const input: EngineInput = {
    context,
    layout,
    sink,
    routes: machineRoutes({
      ...{ context: () => context, sink, installs, inventory },
      confirmCard: (address, mac) => cards.confirm(address, mac),
      places,
    }),
    macOf: addresses.macOf,
    cardOf,
  };
  for (const removed of await removeLeftovers(layout)) onProgress(removed);

  await network.beforeAnswers();
  const { running, why } = await turns.take(async () => {
    const chosen = await startEngine(input, (name, reason) => {
      onProgress(`engine ${name}: ${reason}`);
      events.emit({ type: 'engine.starting', detail: { engine: name, message: reason } });
    });
    started = chosen.running;
    return chosen;
  });
  let control: { close(): Promise<void> } | undefined;
  const session: Session = {
    engine: running.name,
    description: running.description,
    why,
    startedAt: new Date().toISOString(),
    get context() {
      return context;
    },
    get project() {
      return project;
    },
    seenMachines: () => inventory.all(),
    history,
    events: log,
    emit: (event) => events.emit(event),
    get troubles() {
      return network.troubles;
    },
    get notLooked() {
      return network.notLooked;
    },
    transfers: () => running.transfers(),
    toldWhenOver: running.toldWhenOver,
    died: running.died,
    reload: () => turns.take(apply),
    arm: (...order) => installs.arm(...order),
    disarm: (machines) => installs.disarm(machines),
    async stop() {
      await control?.close();
      logs.stop();
      files.close();
      installs.close();
      await network.close();
      await running.stop();
      await cards.close();
      await reporters?.close();
      await inventory.close();
      await history.close();
      await states.close().catch((error: unknown) => onWarning(messageOf(error)));
      await removeSession(layout);
      await unregisterSession();
      events.emit({ type: 'engine.stopped', detail: { engine: running.name } });
      await events.close();
    },
  };
  const checkServers = async (): Promise<void> => {
    sink.begin(context.config.network.address);
    try {
      await checkReadiness({ ...input, context }, { lastLines: () => running.lastLines?.() ?? [] });
    } finally {
      sink.end();
    }
  };
  try {
    reporters = await Reporters.open({
      ...{ config: () => context.config, history, inventory, secrets: places.secrets, sink: events },
      ...{
        engine: () => running.name,
        troubles: () => network.troubles,
        seenBefore: [...inventory.all().keys()],
      },
    });
    await checkServers();
    const found = await network.verdict();
    const rebind = (): Promise<void> => turns.take(async () => running.rebind());
    // one after the other: what a reload has just put there is not what was watched before
    const checkFiles = (): Promise<readonly NetworkTrouble[]> => turns.take(() => files.look());
    await network.watch({ checkReadiness: checkServers, checkFiles, rebind }, found);
    control = await options.openControl?.(session);
    const identity = await identityOf(process.pid);
    const record: SessionRecord = {
      schema: 'pxectl.session/1',
      process: identity ?? { pid: process.pid, startTime: '' },
      engine: running.name,
      description: running.description,
      why,
      configPath,
      startedAt: session.startedAt,
      httpUrl: httpBaseUrl(context.config),
      isDetached: options.isDetached,
    };
    await writeSession(layout, record);
    await registerSession(record);
  } catch (error) {
    await control?.close();
    await reporters?.close();
    await network.close();
    await running.stop();
    throw error;
  } finally {
    endStart();
  }
  events.emit({ type: 'engine.ready', detail: { engine: running.name, message: running.description } });
  installs.watch();
  return session;
}
