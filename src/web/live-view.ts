import type { ReplyOf } from '../control/api.ts';
import { ask, send } from './ask.ts';
import { EventStream, type SeenEvent } from './event-stream.ts';
import { Throughput } from './throughput.ts';

/** What every page is made of. */
export interface View {
  readonly isLive: boolean;
  /** may change things: has shown the token */
  readonly isHolder: boolean;
  readonly status: ReplyOf<'status'> | undefined;
  readonly machines: ReplyOf<'machines'>['machines'];
  readonly unknown: ReplyOf<'machines'>['unknown'];
  readonly findings: ReplyOf<'findings'>['findings'];
  /** oldest first */
  readonly events: readonly SeenEvent[];
  readonly nameOf: ReadonlyMap<string, string>;
}

const SHOWN_EVENTS = 200;
/** Eyes see no difference, and processors do. */
const GATHER_MS = 40;
/** What is known of machines is asked for again at once when something happens, and then no more often than this. */
const ASK_EVERY_MS = 1_000;
/** A server that takes long for its answer is asked less. */
const REST_FACTOR = 20;
const TRY_AGAIN_MS = 3_000;
/** A boot that stands still is told by no event. */
const LOOK_AGAIN_MS = 5_000;

/** What the server knows, kept up to date by its events. */
export class LiveView {
  readonly throughput = new Throughput();
  view: View = {
    ...{ isLive: false, isHolder: false, status: undefined },
    ...{ machines: [], unknown: [], findings: [], events: [], nameOf: new Map() },
  };
  readonly #listeners = new Set<() => void>();
  readonly #eventListeners = new Set<(event: SeenEvent) => void>();
  #gathered: SeenEvent[] = [];
  #isTelling = false;
  /** the last event that the answers have in them */
  #knownId = 0;
  #isAsking = false;
  #isStale = false;
  #hasToAskStatus = false;
  #nextLook: number | undefined;

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onEvent(listener: (event: SeenEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  async start(): Promise<void> {
    try {
      await this.#askSession();
      await this.#askAll();
    } catch {
      window.setTimeout(() => void this.start(), TRY_AGAIN_MS);
      return;
    }
    const reader = {
      onEvent: (event: SeenEvent) => this.#take(event),
      onGap: () => this.#refresh(true),
      onState: (isLive: boolean) => {
        // another pxectl may answer now
        if (isLive && !this.view.isLive) this.#refresh(true);
        this.#set({ isLive });
      },
    };
    new EventStream(reader, SHOWN_EVENTS);
  }

  /** What it opens, a cookie keeps. @throws Refused */
  async showToken(token: string): Promise<void> {
    await send('POST', 'session', JSON.stringify({ token }));
    this.#set({ isHolder: true });
  }

  /** Something was changed from here. */
  refresh(): void {
    this.#refresh(true);
  }

  async #askSession(): Promise<void> {
    const [, token] = /^#token=([\w-]+)$/.exec(location.hash) ?? [];
    // it stays in no history, and is in no address that somebody copies
    if (token !== undefined) history.replaceState(null, '', location.pathname);
    if (token !== undefined) await this.showToken(token).catch(() => undefined);
    const { isHolder } = (await send('GET', 'session')) as { readonly isHolder: boolean };
    this.#set({ isHolder });
  }

  #take(event: SeenEvent): void {
    this.#gathered.push(event);
    this.throughput.take(event);
    for (const listener of this.#eventListeners) listener(event);
    if (event.id > this.#knownId) this.#refresh(/^(?:engine|network)\./.test(event.type));
    this.#tellSoon();
  }

  #refresh(withStatus: boolean): void {
    this.#hasToAskStatus ||= withStatus;
    this.#isStale = true;
    if (this.#isAsking) return;
    void this.#follow();
  }

  async #follow(): Promise<void> {
    this.#isAsking = true;
    while (this.#isStale) {
      this.#isStale = false;
      const startMs = performance.now();
      await this.#askAll().catch(() => (this.#isStale = true));
      const tookMs = performance.now() - startMs;
      await new Promise((resolve) => setTimeout(resolve, Math.max(ASK_EVERY_MS, tookMs * REST_FACTOR)));
    }
    this.#isAsking = false;
  }

  async #askAll(): Promise<void> {
    const withStatus = this.#hasToAskStatus || this.view.status === undefined;
    this.#hasToAskStatus = false;
    const [seen, { findings }, status] = await Promise.all([
      ask('machines', {}),
      ask('findings', {}),
      withStatus ? ask('status', {}) : this.view.status,
    ]);
    this.#knownId = seen.lastEventId;
    const nameOf = new Map(seen.machines.flatMap(({ mac, name }) => (mac === null ? [] : [[mac, name]])));
    this.#set({
      machines: kept(this.view.machines, seen.machines, ({ key }) => key),
      unknown: kept(this.view.unknown, seen.unknown, ({ mac }) => mac),
      ...{ findings, status, nameOf },
    });
    this.#lookAgain();
  }

  get isAnybodyBooting(): boolean {
    return [...this.view.machines, ...this.view.unknown].some(({ boot }) => boot?.outcome === 'running');
  }

  #lookAgain(): void {
    clearTimeout(this.#nextLook);
    if (!this.isAnybodyBooting) return;
    this.#nextLook = window.setTimeout(() => this.#refresh(false), LOOK_AGAIN_MS);
  }

  #set(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    this.#tellSoon();
  }

  #tellSoon(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    setTimeout(() => {
      this.#isTelling = false;
      if (this.#gathered.length > 0) {
        const events = [...this.view.events, ...this.#gathered].slice(-SHOWN_EVENTS);
        this.view = { ...this.view, events };
        this.#gathered = [];
      }
      for (const listener of this.#listeners) listener();
    }, GATHER_MS);
  }
}

/** What is as it was stays the same object: a row of a thousand is drawn again only when it has changed. */
function kept<One>(before: readonly One[], now: readonly One[], keyOf: (one: One) => string): One[] {
  const texts = new Map(before.map((one) => [keyOf(one), one]));
  return now.map((one) => {
    const old = texts.get(keyOf(one));
    return old !== undefined && JSON.stringify(old) === JSON.stringify(one) ? old : one;
  });
}
