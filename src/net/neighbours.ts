import { readFileSync } from 'node:fs';
import {
  networkContains,
  parseIpv4,
  parseMac,
  type Ipv4Address,
  type Ipv4Network,
  type MacAddress,
} from '../protocol/addresses.ts';

/** a table that is a second old is as good as a fresh one, and a flood must not read the file for every packet */
const MAX_AGE_MS = 1000;
/** a machine that the table does not know yet may have just come: its first packet should not go nameless */
const MAX_AGE_OF_A_MISS_MS = 50;
const FLAG_COMPLETE = 2;

/** One entry of the kernel's table; an address may be on several interfaces. */
interface Neighbour {
  readonly ip: Ipv4Address;
  readonly mac: MacAddress;
  readonly interfaceName: string;
}

/** Whose card has an address now, if that is known; the table may be a second old, or as old as is said. */
export type CardOf = (ip: Ipv4Address, maxAgeMs?: number) => MacAddress | undefined;

let cached: { readonly atMs: number; readonly table: readonly Neighbour[] } | undefined;

/** The IPv4 neighbours that the kernel knows (ARP), at most one second old. Empty where there is no /proc. */
export function readNeighbours(nowMs = Date.now(), maxAgeMs = MAX_AGE_MS): readonly Neighbour[] {
  if (cached !== undefined && nowMs - cached.atMs < maxAgeMs && nowMs >= cached.atMs) return cached.table;
  let text = '';
  try {
    text = readFileSync('/proc/net/arp', 'utf8');
  } catch {
    // no table: nothing is known
  }
  cached = { atMs: nowMs, table: parseNeighbours(text) };
  return cached.table;
}

/**
 * Tells the MAC address of a neighbour on this interface, or undefined when the kernel has not talked to it there: whoever is
 * on another one (a container's bridge) may call itself what it likes. Who decides by it gives an age of 0: within a second an
 * address may have gone over to somebody else.
 * @param elsewhere networks that a router leads to: the kernel makes an entry for whatever address an ARP request calls its
 * sender's, and keeps it, though nobody here can have it
 */
export function neighboursOn(
  interfaceName: string,
  elsewhere: () => readonly Ipv4Network[] = () => [],
): CardOf {
  return (ip, maxAgeMs) => {
    if (elsewhere().some((network) => networkContains(network, ip))) return undefined;
    const nowMs = Date.now();
    const find = (table: readonly Neighbour[]): MacAddress | undefined =>
      table.find((entry) => entry.ip === ip && entry.interfaceName === interfaceName)?.mac;
    return find(readNeighbours(nowMs, maxAgeMs)) ?? find(readNeighbours(nowMs, MAX_AGE_OF_A_MISS_MS));
  };
}

/** Reads the text of /proc/net/arp; entries that were never answered are left out. */
export function parseNeighbours(text: string): readonly Neighbour[] {
  const table: Neighbour[] = [];
  for (const line of text.split('\n').slice(1)) {
    const [ip = '', , flags = '0', hardware = '', , interfaceName = ''] = line.trim().split(/\s+/);
    const address = parseIpv4(ip);
    const mac = parseMac(hardware);
    if (address === undefined || mac === undefined) continue;
    if ((Number.parseInt(flags, 16) & FLAG_COMPLETE) !== 0) table.push({ ip: address, mac, interfaceName });
  }
  return table;
}
