import { messageOf } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import { timeoutSignal } from '../../platform/timeout-signal.ts';

/** What is sent: made anew for each try, since a signature has the time of the try in it. */
export interface Parcel {
  readonly body: string;
  readonly headers: () => Readonly<Record<string, string>>;
  /** of no machine of the configuration: it gives way first */
  readonly isOfStranger: boolean;
}

export interface DeliveryOptions {
  readonly url: string;
  /** told once when it begins to fail, and of parcels that are given up */
  readonly onTrouble: (message: string) => void;
  /** waits between tries; for tests */
  readonly backOffMs?: readonly number[];
  readonly timeoutMs?: number;
}

/** Somebody restarts the receiver, or mends a network, in the meantime. */
const BACK_OFF_MS = [2_000, 10_000, 60_000, 300_000, 900_000];
const TIMEOUT_MS = 10_000;
const MAX_WAITING = 200;
/** What a stop waits for. */
const LAST_TRY_MS = 2_000;

/**
 * Sends one parcel after the other by HTTP POST. Whoever hands one over never waits; what a receiver does not take is tried again, and
 * when too many wait, the oldest of strangers is given up, else the oldest. Redirects are not followed: they would lead what is signed elsewhere.
 */
export class Delivery {
  readonly #waiting: Parcel[] = [];
  readonly #closing = new AbortController();
  #working: Promise<void> | undefined;
  #isInTrouble = false;
  #dropped = 0;

  constructor(private readonly options: DeliveryOptions) {}

  send(parcel: Parcel): void {
    if (this.#closing.signal.aborted) return;
    this.#waiting.push(parcel);
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.splice(
        Math.max(
          0,
          this.#waiting.findIndex((one) => one.isOfStranger),
        ),
        1,
      );
      this.#dropped += 1;
      if (this.#dropped === 1) this.#tell('too many wait: the oldest are given up');
    }
    this.#working ??= this.#work().finally(() => (this.#working = undefined));
  }

  /** What waits has a moment left, and is given up then. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#closing.abort(), LAST_TRY_MS);
    await this.#working;
    clearTimeout(timer);
    this.#closing.abort();
  }

  async #work(): Promise<void> {
    for (let parcel = this.#waiting.shift(); parcel !== undefined; parcel = this.#waiting.shift()) {
      await this.#deliver(parcel);
      if (this.#closing.signal.aborted) this.#waiting.length = 0;
    }
    this.#dropped = 0;
  }

  async #deliver(parcel: Parcel): Promise<void> {
    const waits = this.options.backOffMs ?? BACK_OFF_MS;
    for (const waitMs of [...waits, undefined]) {
      const failure = await this.#try(parcel);
      if (failure === undefined) {
        this.#isInTrouble = false;
        return;
      }
      if (this.#closing.signal.aborted) return;
      if (failure.isFinal || waitMs === undefined) return this.#tell(`${failure.what}: given up`);
      if (!this.#isInTrouble) this.#tell(`${failure.what}: it is tried again`);
      this.#isInTrouble = true;
      await this.#pause(waitMs);
      if (this.#closing.signal.aborted) return;
    }
  }

  async #try(parcel: Parcel): Promise<Failure | undefined> {
    let request: Request;
    try {
      request = requestOf(this.options.url, parcel);
    } catch (error) {
      // what else is thrown here repeats a header, or the address with its password
      const what = error instanceof NotSendable ? error.message : 'its address is none that can be asked';
      return { what, isFinal: true };
    }
    try {
      const response = await fetch(request, {
        signal: AbortSignal.any([timeoutSignal(this.options.timeoutMs ?? TIMEOUT_MS), this.#closing.signal]),
      });
      // an answer that never ends is not waited for
      await response.body?.cancel();
      const { status } = response;
      if (status >= 200 && status < 300) return undefined;
      const isFinal = status < 500 && status !== 408 && status !== 425 && status !== 429;
      return { what: `it answers ${status}${status >= 300 && status < 400 ? ', a redirect' : ''}`, isFinal };
    } catch (error) {
      const { cause } = error as { cause?: unknown };
      return { what: messageOf(cause ?? error), isFinal: false };
    }
  }

  /** A little longer or shorter each time: what failed together is not tried together. */
  #pause(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#closing.signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, waitMs * (0.8 + Math.random() * 0.4));
      this.#closing.signal.addEventListener('abort', end);
    });
  }

  #tell(what: string): void {
    // path and query may be the key: those of chat services are, and guests read what is told
    this.options.onTrouble(`${new URL(this.options.url).origin} is not told: ${what}`);
  }
}

/** @throws NotSendable, and what the platform says of an address */
function requestOf(url: string, { body, headers }: Parcel): Request {
  const all = new Headers({ 'content-type': 'application/json' });
  for (const [name, value] of Object.entries(headers())) {
    try {
      all.set(name, value);
    } catch {
      throw new NotSendable(`its header ${printable(name, 64)} is none that can be sent`);
    }
  }
  return new Request(url, { method: 'POST', headers: all, body, redirect: 'manual' });
}

interface Failure {
  readonly what: string;
  /** the same would come of another try */
  readonly isFinal: boolean;
}

/** What a parcel's headers throw that another try does not mend. */
export class NotSendable extends Error {}
