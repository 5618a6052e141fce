import { forgetOldest } from '../protocol/forget-oldest.ts';
import type { BootEvent } from '../model/boot-event.ts';
import { UNSPECIFIED_IPV4, type Ipv4Address, type MacAddress } from '../protocol/addresses.ts';

/** Whose address it is, if that is known. */
export type MacOf = (ip: Ipv4Address) => MacAddress | undefined;

/** More than a class room and a rack; the oldest go first. */
const MAX_ADDRESSES = 4096;
/** Longer than any boot: what DHCP said then may be another machine's address by now. */
const VALID_MS = 4 * 3_600_000;

/**
 * Who has which address: what DHCP said of it comes first, since the kernel's neighbour table may not know a machine yet and
 * never knows one behind a router. Addresses that a client only asks for (option 50) count as well: in proxy mode the
 * router's answer is not heard.
 */
export class AddressBook {
  readonly #learnt = new Map<Ipv4Address, { readonly mac: MacAddress; readonly atMs: number }>();

  constructor(private readonly neighbour: MacOf) {}

  /** Takes what a DHCP event says of an address. */
  learn({ type, mac, ip }: Pick<BootEvent, 'type' | 'mac' | 'ip'>, nowMs = Date.now()): void {
    if (mac === undefined || ip === undefined || ip === UNSPECIFIED_IPV4) return;
    if (type !== 'dhcp.request' && type !== 'dhcp.ack') return;
    this.#learnt.delete(ip);
    this.#learnt.set(ip, { mac, atMs: nowMs });
    forgetOldest(this.#learnt, MAX_ADDRESSES);
  }

  readonly macOf = (ip: Ipv4Address, nowMs = Date.now()): MacAddress | undefined => {
    // who answers for the address now is worth more than what was said of it
    const near = this.neighbour(ip);
    if (near !== undefined) return near;
    const learnt = this.#learnt.get(ip);
    return learnt !== undefined && nowMs - learnt.atMs < VALID_MS ? learnt.mac : undefined;
  };
}
