import type { Config } from '../model/config.ts';
import { ipv4FromNumber, ipv4ToNumber, type Ipv4Address, type MacAddress } from '../protocol/addresses.ts';

/** of four addresses one stays for machines that the configuration does not know */
const RESERVED_SHARE = 0.75;

/**
 * One address of the range for each configured machine that has a MAC: nobody else is offered it, so that machines
 * which ask at the same moment never get the same one. The address follows from the MAC: another machine that is added
 * or removed moves it only where two would have the same. Machines beyond three quarters of the range get none.
 */
export function reservedAddresses(
  config: Pick<Config, 'network' | 'machines'>,
): Map<MacAddress, Ipv4Address> {
  const { range, mode } = config.network;
  const reserved = new Map<MacAddress, Ipv4Address>();
  if (range === undefined || mode === 'proxy') return reserved;
  const first = ipv4ToNumber(range.first);
  const size = ipv4ToNumber(range.last) - first + 1;
  const taken = new Set<number>();
  for (const { mac } of config.machines) {
    if (mac === undefined || reserved.has(mac)) continue;
    if (taken.size >= Math.floor(size * RESERVED_SHARE)) break;
    let slot = slotOf(mac, size);
    while (taken.has(slot)) slot = (slot + 1) % size;
    taken.add(slot);
    reserved.set(mac, ipv4FromNumber(first + slot));
  }
  return reserved;
}

/** Consecutive MACs, as machines bought together have them, get consecutive addresses. */
function slotOf(mac: MacAddress, size: number): number {
  return Number(BigInt(`0x${mac.replaceAll(':', '')}`) % BigInt(size));
}
