import type { BootEvent } from '../model/boot-event.ts';
import { forgetOldest } from '../protocol/forget-oldest.ts';

const MAX_ADDRESSES = 4_096;

/** Which events somebody wants to see; what is absent lets everything through. */
export interface EventWish {
  /** ISO 8601 */
  readonly since?: string;
  readonly until?: string;
  /** `dhcp.offer`, or all that begin with `dhcp.` */
  readonly types?: readonly string[];
  /** a machine: its name and its cards */
  readonly machine?: { readonly name: string; readonly macs: ReadonlySet<string> };
}

/** Says of each event, in their order, whether it is wanted. */
export class EventFilter {
  /** whose an address was when it was last seen with a card: some events have the address alone */
  readonly #macOfIp = new Map<string, string>();

  constructor(private readonly wish: EventWish) {}

  wants(event: BootEvent): boolean {
    const { time, type } = event;
    const { since = '', until, types } = this.wish;
    // an address is learnt from events before the time that is asked for, too
    const isOfMachine = this.#isOfMachine(event);
    return (
      isOfMachine &&
      time >= since &&
      (until === undefined || time < until) &&
      (types === undefined || types.some((wanted) => type === wanted || type.startsWith(`${wanted}.`)))
    );
  }

  #isOfMachine({ mac, ip, detail }: BootEvent): boolean {
    const { machine } = this.wish;
    if (machine === undefined) return true;
    const card = mac ?? (typeof detail['askedAs'] === 'string' ? detail['askedAs'] : undefined);
    if (ip !== undefined && card !== undefined) {
      this.#macOfIp.delete(ip);
      this.#macOfIp.set(ip, card);
      forgetOldest(this.#macOfIp, MAX_ADDRESSES);
    }
    const whose = card ?? this.#macOfIp.get(ip ?? '');
    return detail['machine'] === machine.name || (whose !== undefined && machine.macs.has(whose));
  }
}
