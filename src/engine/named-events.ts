import type { NewBootEvent } from '../model/boot-event.ts';
import type { Ipv4Address } from '../protocol/addresses.ts';
import type { MacOf } from './address-book.ts';

/** A machine that answered is in the neighbour table within this time, on a busy host too. */
const LONGEST_NAME_WAIT_MS = 500;
const NAME_POLL_MS = 50;

export interface NamedEventsOptions {
  readonly resolveMac: MacOf | undefined;
  /** this host: it is nobody's neighbour, and not waited for */
  readonly ownAddress: Ipv4Address | undefined;
  /** takes each event in its turn, with the MAC of its address where that is known by then */
  readonly emit: (event: NewBootEvent) => void;
}

/**
 * Gives events of a log, which knows addresses alone, their machine: in their order; one whose machine is not known yet waits
 * a little, and those behind it.
 */
export class NamedEvents {
  readonly #queue: { readonly event: NewBootEvent; readonly untilMs: number }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: NamedEventsOptions) {}

  push(event: NewBootEvent): void {
    // each waits from when it was read: a flood of strangers holds nothing up for longer than one of them
    this.#queue.push({ event, untilMs: performance.now() + LONGEST_NAME_WAIT_MS });
    if (this.#timer === undefined) this.#drain();
  }

  /** What is left goes out, named or not. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { event } of this.#queue.splice(0)) this.options.emit(this.#named(event));
  }

  #drain(): void {
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      const event = this.#named(first.event);
      const isWaitedFor = event.mac === undefined && this.#mayBeNamed(event);
      if (isWaitedFor && performance.now() < first.untilMs) {
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
          this.#drain();
        }, NAME_POLL_MS);
        return;
      }
      this.#queue.shift();
      this.options.emit(event);
    }
  }

  #mayBeNamed({ ip }: NewBootEvent): boolean {
    const { resolveMac, ownAddress } = this.options;
    return ip !== undefined && ip !== ownAddress && resolveMac !== undefined;
  }

  #named(event: NewBootEvent): NewBootEvent {
    if (event.mac !== undefined || event.ip === undefined) return event;
    const mac = this.options.resolveMac?.(event.ip);
    return mac === undefined ? event : { ...event, mac };
  }
}
