import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Ipv4Address } from '../../protocol/addresses.ts';

/** Ethernet. */
const DEFAULT_MTU = 1500;
/** RFC 791: every host takes datagrams of this size. */
const LEAST_MTU = 576;

/** The MTU of the interface that has this address; 1500 when it cannot be told. */
export function mtuOf(address: Ipv4Address): number {
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    if (addresses?.some((entry) => entry.address === address) !== true) continue;
    try {
      const mtu = Number(readFileSync(`/sys/class/net/${name}/mtu`, 'utf8'));
      return Number.isInteger(mtu) && mtu >= LEAST_MTU ? mtu : DEFAULT_MTU;
    } catch {
      return DEFAULT_MTU;
    }
  }
  return DEFAULT_MTU;
}
