import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Ipv4Address } from '../protocol/addresses.ts';
import { loadLibc } from './libc.ts';

/** What can change of an interface while something serves on it. */
export interface InterfaceState {
  readonly isThere: boolean;
  /** another number under the same name: it was destroyed and made again, and sockets bound to it hear nothing */
  readonly index: number | undefined;
  readonly isUp: boolean;
  /** it has the address that was asked about; known only while it is up */
  readonly hasAddress: boolean;
}

/** How the interface is now. Cheap: may be called every second. Works without koffi and without the program `ip`. */
export async function readInterfaceState(name: string, address: Ipv4Address): Promise<InterfaceState> {
  const addresses = networkInterfaces()[name];
  const hasAddress = addresses?.some((entry) => entry.address === address) ?? false;
  // Node tells of interfaces only while they are up and have an address of some kind
  const isThere = hasAddress || addresses !== undefined || isInDeviceTable(name);
  if (!isThere) return { isThere, index: undefined, isUp: false, hasAddress };
  const libc = await loadLibc();
  const index = libc?.if_nametoindex(name) ?? Number(readSys(name, 'ifindex'));
  return {
    isThere,
    index: Number.isInteger(index) && index > 0 ? index : undefined,
    isUp: hasAddress || addresses !== undefined || readSys(name, 'carrier') === '1',
    hasAddress,
  };
}

/** The table of this network namespace, whatever is mounted at /sys. */
function isInDeviceTable(name: string): boolean {
  try {
    return readFileSync('/proc/net/dev', 'utf8')
      .split('\n')
      .some((line) => line.trimStart().startsWith(`${name}:`));
  } catch {
    return false;
  }
}

/** The carrier of an interface that is switched off cannot be read: EINVAL. */
function readSys(name: string, what: 'ifindex' | 'carrier'): string {
  try {
    return readFileSync(`/sys/class/net/${name}/${what}`, 'utf8').trim();
  } catch {
    return '';
  }
}
