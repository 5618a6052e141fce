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
}

/**
 * Packets that wait until it is known whether another machine uses the address that their client is to get. A client
 * waits for one probe, however often it asks, and no two clients have one address chosen: what a flood can have probed
 * is bounded by the addresses there are.
 */
export class OfferProbes {
  readonly #waiting = new Map<MacAddress, Probed>();
  #gathered = new Map<Ipv4Address, MacAddress>();

  constructor(
    private readonly probe: ProbeAddresses,
    private readonly onResult: (probed: Probed) => void,
  ) {}

  /** Keeps the packet until it is known who uses the address. */
  wait(received: Received, address: Ipv4Address): void {
    const { mac } = received.facts;
    const isAsked = this.#waiting.get(mac)?.address === address;
    this.#waiting.set(mac, { received, address });
    if (isAsked) return;
    if (this.#gathered.size === 0) setTimeout(() => void this.#ask(), GATHER_MS);
    this.#gathered.set(address, mac);
  }

  close(): void {
    this.#waiting.clear();
  }

  async #ask(): Promise<void> {
    const asked = this.#gathered;
    this.#gathered = new Map();
    const settle = (address: Ipv4Address, user?: MacAddress): void => {
      const mac = asked.get(address);
      const waiting = mac === undefined ? undefined : this.#waiting.get(mac);
      if (mac === undefined || waiting?.address !== address) return;
      this.#waiting.delete(mac);
      this.onResult(user === undefined || user === mac ? waiting : { ...waiting, user });
    };
    // an interface that is gone cannot be asked on; then nobody is served either
    await this.probe([...asked.keys()], settle).catch(() => undefined);
    for (const address of asked.keys()) settle(address);
  }
}
