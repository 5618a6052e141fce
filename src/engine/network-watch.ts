import type { EventSink } from '../model/boot-event.ts';
import type { Config } from '../model/config.ts';
import { messageOf } from '../model/errors.ts';
import type { FindingId } from '../model/finding.ts';
import type { NetworkTrouble, OpenTrouble } from '../model/network-trouble.ts';
import { readInterfaceState } from '../net/interface-state.ts';
import { INTERFACE_TROUBLES, judgeInterface, type NetworkLook } from './network-look.ts';

export interface NetworkWatchOptions {
  readonly config: () => Config;
  readonly sink: EventSink;
  /** asks the segment who else is there; undefined: never (`--no-look`) */
  readonly look: (() => Promise<NetworkLook>) | undefined;
  /** asks our own servers as a client would; throws what is wrong */
  readonly checkReadiness: () => Promise<void>;
  /** looks at what they serve; what is wrong with it */
  readonly checkFiles: () => Promise<readonly NetworkTrouble[]>;
  /** opens the sockets that are bound to the interface again */
  readonly rebind: () => Promise<void>;
}

/** Looks after the network while pxectl serves it. */
export interface NetworkWatch {
  /** what is wrong now, oldest first */
  readonly troubles: readonly OpenTrouble[];
  /** what the look before the start has found */
  tell(found: readonly NetworkTrouble[]): void;
  /** something else may have changed: the servers are asked soon */
  changed(): void;
  /** idempotent; resolves when nothing of it runs any more */
  close(): Promise<void>;
}

const INTERFACE_EVERY_MS = 1_000;
const READINESS_EVERY_MS = 60_000;
/** the look before the start waits for nobody longer than it must: the thorough one comes soon after */
const FIRST_LOOK_MS = 10_000;
const LOOK_EVERY_MS = 300_000;
const LOOK_AGAIN_MS = 60_000;
/** a broken server is asked again sooner, so that it is not called broken longer than it is */
const RETRY_MS = 10_000;
/** a switch port that comes up, or a DHCP client that renews, blinks for a moment: that is no news */
const BLINK_MS = 1_500;
const SERVER_TROUBLES: readonly FindingId[] = ['engine-not-answering', 'served-file-changed'];

/**
 * Watches link, address and interface every second, asks our own servers and looks at what they serve every minute; tells what is wrong as
 * `network.trouble`, once, and as `network.over` when it has ended. An interface that was destroyed and made again gets
 * its sockets anew. The neighbourhood is looked at ten seconds after the start, and then every five minutes.
 */
export async function watchNetwork(options: NetworkWatchOptions): Promise<NetworkWatch> {
  const watch = new Watch(options);
  await watch.begin();
  return watch;
}

class Watch implements NetworkWatch {
  readonly #open = new Map<FindingId, OpenTrouble>();
  #boundIndex: number | undefined;
  #badSinceMs: number | undefined;
  #nextReadinessMs = 0;
  #nextLookMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly options: NetworkWatchOptions) {}

  get troubles(): readonly OpenTrouble[] {
    return [...this.#open.values()];
  }

  async begin(): Promise<void> {
    this.#boundIndex = (await this.#state()).index;
    this.#nextReadinessMs = performance.now() + READINESS_EVERY_MS;
    this.#nextLookMs = performance.now() + FIRST_LOOK_MS;
    this.#schedule();
  }

  tell(found: readonly NetworkTrouble[]): void {
    this.#replace(oneOfEachId(found), (id) => !isOfInterface(id) && !SERVER_TROUBLES.includes(id));
  }

  changed(): void {
    this.#nextReadinessMs = 0;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#turn()
        .catch((error: unknown) => {
          // what was under way when it ended is no news
          if (this.#isClosed) return;
          this.options.sink.emit({ type: 'engine.warning', detail: { message: messageOf(error) } });
        })
        .finally(() => this.#schedule());
    }, INTERFACE_EVERY_MS);
    // looking on is no reason to stay alive
    this.#timer.unref();
  }

  async #turn(): Promise<void> {
    const state = await this.#state();
    const bad = judgeInterface(this.options.config().network, state);
    if (bad.length > 0) {
      this.#badSinceMs ??= performance.now();
      if (performance.now() - this.#badSinceMs >= BLINK_MS) this.#replace(bad, isOfInterface);
      return;
    }
    const isAnother = state.index !== undefined && state.index !== this.#boundIndex;
    const isBack = isAnother || this.#badSinceMs !== undefined;
    this.#badSinceMs = undefined;
    if (isAnother) {
      await this.options.rebind();
      this.#boundIndex = state.index;
    }
    this.#replace([], isOfInterface);
    const nowMs = performance.now();
    if (isBack || nowMs >= this.#nextReadinessMs) await this.#askServers();
    if (this.#isClosed || this.options.look === undefined) return;
    if (isBack || nowMs >= this.#nextLookMs) {
      const { troubles, notAsked } = await this.options.look();
      // what is wrong should not be called that long after it is over, what was not seen not be unknown for long
      const isSoon = notAsked !== undefined || troubles.some(({ severity }) => severity !== 'info');
      this.#nextLookMs = performance.now() + (isSoon ? LOOK_AGAIN_MS : LOOK_EVERY_MS);
      this.tell(troubles);
    }
  }

  /** A server that is silent is opened anew once, and asked again, before it is called that. */
  async #askServers(): Promise<void> {
    const troubles = [...(await this.options.checkFiles())];
    const problem = (await this.#problem()) && (await this.#problemAfterRebind());
    if (this.#isClosed) return;
    if (problem !== undefined) {
      troubles.push({ id: 'engine-not-answering', severity: 'error', message: problem });
    }
    this.#replace(troubles, (id) => SERVER_TROUBLES.includes(id));
    this.#nextReadinessMs = performance.now() + (problem === undefined ? READINESS_EVERY_MS : RETRY_MS);
  }

  async #problem(): Promise<string | undefined> {
    if (this.#isClosed) return undefined;
    try {
      await this.options.checkReadiness();
      return undefined;
    } catch (error) {
      const why = error instanceof Error && 'why' in error ? String(error.why).split('\n')[0] : undefined;
      return why === undefined ? messageOf(error) : `${messageOf(error)}: ${why}`;
    }
  }

  async #problemAfterRebind(): Promise<string | undefined> {
    if (this.#isClosed) return undefined;
    // what is told as broken already was opened anew before
    if (!this.#open.has('engine-not-answering')) await this.options.rebind();
    return this.#problem();
  }

  /** From now on exactly these are wrong, among those that `isKind` is true for. */
  #replace(found: readonly NetworkTrouble[], isKind: (id: FindingId) => boolean): void {
    const { sink } = this.options;
    for (const [id, trouble] of this.#open) {
      if (!isKind(id) || found.some((one) => one.id === id)) continue;
      this.#open.delete(id);
      const message = `over: ${trouble.message}`;
      sink.emit({ type: 'network.over', detail: { finding: id, message } });
    }
    for (const trouble of found) {
      const before = this.#open.get(trouble.id);
      if (before?.message === trouble.message) continue;
      this.#open.set(trouble.id, { ...trouble, since: before?.since ?? new Date().toISOString() });
      sink.emit({
        type: 'network.trouble',
        detail: { finding: trouble.id, severity: trouble.severity, message: trouble.message },
      });
    }
  }

  #state() {
    const { network } = this.options.config();
    return readInterfaceState(network.interface, network.address);
  }
}

function isOfInterface(id: FindingId): boolean {
  return INTERFACE_TROUBLES.some((one) => one === id);
}

/** Two of one kind, two other servers for one, are told in one line. */
function oneOfEachId(found: readonly NetworkTrouble[]): NetworkTrouble[] {
  const byId = new Map<FindingId, NetworkTrouble>();
  for (const trouble of found) {
    const before = byId.get(trouble.id);
    const message = before === undefined ? trouble.message : `${before.message}; ${trouble.message}`;
    byId.set(trouble.id, { ...trouble, message });
  }
  return [...byId.values()];
}
