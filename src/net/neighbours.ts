import { readFileSync } from 'node:fs';
import { parseIpv4, parseMac, type Ipv4Address, type MacAddress } from '../protocol/addresses.ts';

/** a table that is a second old is as good as a fresh one, and a flood must not read the file for every packet */
const MAX_AGE_MS = 1000;
/** a machine that the table does not know yet may have just come: its first packet should not go nameless */
const MAX_AGE_OF_A_MISS_MS = 50;
const FLAG_COMPLETE = 2;

let cached: { readonly atMs: number; readonly table: ReadonlyMap<Ipv4Address, MacAddress> } | undefined;

/** The IPv4 neighbours that the kernel knows (ARP), at most one second old. Empty where there is no /proc. */
export function readNeighbours(
  nowMs = Date.now(),
  maxAgeMs = MAX_AGE_MS,
): ReadonlyMap<Ipv4Address, MacAddress> {
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

/** The MAC address of a neighbour, or undefined when the kernel has not talked to it. */
export function macOfIp(ip: Ipv4Address): MacAddress | undefined {
  const nowMs = Date.now();
  return readNeighbours(nowMs).get(ip) ?? readNeighbours(nowMs, MAX_AGE_OF_A_MISS_MS).get(ip);
}

/** Reads the text of /proc/net/arp; entries that were never answered are left out. */
export function parseNeighbours(text: string): ReadonlyMap<Ipv4Address, MacAddress> {
  const table = new Map<Ipv4Address, MacAddress>();
  for (const line of text.split('\n').slice(1)) {
    const [ip = '', , flags = '0', hardware = ''] = line.trim().split(/\s+/);
    const address = parseIpv4(ip);
    const mac = parseMac(hardware);
    if (address === undefined || mac === undefined) continue;
    if ((Number.parseInt(flags, 16) & FLAG_COMPLETE) !== 0) table.set(address, mac);
  }
  return table;
}
