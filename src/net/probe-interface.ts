import { networkInterfaces } from 'node:os';
import type { Ipv4Address, MacAddress } from '../protocol/addresses.ts';
import { probeAddresses } from './arp-probe.ts';

/** Asks who uses these addresses: `onUser` is told as soon as somebody answers; ends when nobody else will. */
export type ProbeAddresses = (
  addresses: readonly Ipv4Address[],
  onUser: (address: Ipv4Address, user: MacAddress) => void,
) => Promise<unknown>;

/** By ARP: also who drops pings is seen. The card of the interface may be another one at each probe. */
export function probeOn(interfaceName: string, waitMs: number): ProbeAddresses {
  return async (addresses, onUser) => {
    const cards = networkInterfaces();
    const localMac = cards[interfaceName]?.[0]?.mac as MacAddress | undefined;
    if (localMac === undefined) return;
    const otherOwnMacs = Object.values(cards).flatMap((card) => (card?.[0]?.mac as MacAddress) ?? []);
    await probeAddresses({ interfaceName, localMac, otherOwnMacs, addresses, waitMs, onUser });
  };
}
