import type { ProbeAddresses } from '../../net/probe-interface.ts';
import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';
import type { Received } from './decision.ts';

/** addresses that are chosen within this time are asked for together */
const GATHER_MS = 5;

export interface Probed {
  /** the newest packet of the client that the address was chosen for */
  readonly received: Received;
  readonly address: Ipv4Address;
  /** another machine than the client, if one answered */
  readonly user?: MacAddress;
  /** the client itself answered: it uses the address already */
  readonly isThere: boolean;
}

/**
 * Packets that wait until it is known whether another machine uses the address that their client is to get: the newest for
 * each address, asked for once however often and for whomever it is chosen. What a flood can have probed, and have kept, is
 * bounded by the addresses there are.
 */
export class OfferProbes {
  readonly #waiting = new Map<Ipv4Address, Received>();
  #gathered = new Set<Ipv4Address>();

  constructor(
    private readonly probe: ProbeAddresses,
    private readonly onResult: (probed: Probed) => void,
  ) {}

  /** Keeps the packet until it is known who uses the address. */
  wait(received: Received, address: Ipv4Address): void {
    const isAsked = this.#waiting.has(address);
    this.#waiting.set(address, received);
    if (isAsked) return;
    if (this.#gathered.size === 0) setTimeout(() => void this.#ask(), GATHER_MS);
    this.#gathered.add(address);
  }

  close(): void {
    this.#waiting.clear();
  }

  async #ask(): Promise<void> {
    const open = this.#gathered;
    this.#gathered = new Set();
    const settle = (address: Ipv4Address, user?: MacAddress): void => {
      const received = open.delete(address) ? this.#waiting.get(address) : undefined;
      if (received === undefined) return;
      this.#waiting.delete(address);
      const isThere = user === received.facts.mac;
      this.onResult({ received, address, isThere, ...(isThere || user === undefined ? {} : { user }) });
    };
    // an interface that is gone cannot be asked on; then nobody is served either
    await this.probe([...open], settle).catch(() => undefined);
    for (const address of [...open]) settle(address);
  }
}
