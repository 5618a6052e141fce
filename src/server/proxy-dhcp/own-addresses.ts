import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';

type ByMac = ReadonlyMap<MacAddress, Ipv4Address>;
const NOBODY: ByMac = new Map();

/** Addresses of configured machines, as the configuration in force has them. */
export class OwnAddresses {
  #of = NOBODY;
  #byAddress: ReadonlyMap<Ipv4Address, MacAddress> = new Map();

  /** @param read gives another map when they changed */
  constructor(private readonly read: () => ByMac = () => NOBODY) {}

  of(mac: MacAddress): Ipv4Address | undefined {
    return this.read().get(mac);
  }

  /** The configured machine that the address is kept for. */
  ownerOf(address: Ipv4Address): MacAddress | undefined {
    const of = this.read();
    if (of !== this.#of) {
      this.#of = of;
      this.#byAddress = new Map(Array.from(of, ([mac, own]) => [own, mac]));
    }
    return this.#byAddress.get(address);
  }
}
