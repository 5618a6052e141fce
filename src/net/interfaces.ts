import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { PxectlError } from '../model/errors.ts';
import { run } from '../platform/processes.ts';
import {
  ipv4FromBytes,
  parseIpv4,
  parseMac,
  type Ipv4Address,
  type MacAddress,
} from '../protocol/addresses.ts';

export interface InterfaceAddress {
  readonly address: Ipv4Address;
  readonly prefix: number;
}

/** One network interface of this host. */
export interface NetworkInterface {
  readonly name: string;
  readonly mac?: MacAddress;
  /** administratively up, and with a cable (or a bridge port) where the driver tells */
  readonly isUp: boolean;
  readonly isLoopback: boolean;
  /** Wi-Fi, as far as the kernel tells */
  readonly isWireless?: boolean;
  /** IPv4, the primary one first */
  readonly addresses: readonly InterfaceAddress[];
}

export interface DefaultRoute {
  readonly interfaceName: string;
  readonly router: Ipv4Address;
}

/** All interfaces, also those without an address; without the `ip` program only those that have one. */
export async function listInterfaces(): Promise<readonly NetworkInterface[]> {
  const json = await readIpJson(['-j', '-4', 'address', 'show'], ['-j', 'link', 'show']);
  if (json === undefined) return interfacesFromOs();
  const [withAddresses, links] = json as readonly [readonly IpLink[], readonly IpLink[]];
  const addresses = new Map(withAddresses.map((link) => [link.ifname ?? '', addressesOf(link)]));
  return links.map((link) => ({
    ...interfaceFromLink(link, addresses.get(link.ifname ?? '') ?? []),
    isWireless: existsSync(`/sys/class/net/${link.ifname ?? ''}/wireless`),
  }));
}

/** The interface with this name, or undefined. */
export async function findInterface(name: string): Promise<NetworkInterface | undefined> {
  return (await listInterfaces()).find((candidate) => candidate.name === name);
}

/** The IPv4 default route with the lowest metric: where the router is. */
export async function readDefaultRoute(): Promise<DefaultRoute | undefined> {
  try {
    return parseDefaultRoute(await readFile('/proc/net/route', 'utf8'));
  } catch {
    return undefined;
  }
}

/** Reads the text of /proc/net/route: addresses there are hex in host (little-endian) byte order. */
export function parseDefaultRoute(text: string): DefaultRoute | undefined {
  const flagGateway = 2;
  const routes = text
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t').map((column) => column.trim()))
    .filter(
      ([, destination, , flags, , , , mask]) =>
        destination === '00000000' &&
        mask === '00000000' &&
        (Number.parseInt(flags ?? '0', 16) & flagGateway) !== 0,
    )
    .sort((a, b) => Number(a[6]) - Number(b[6]));
  const [interfaceName, , gateway] = routes[0] ?? [];
  if (interfaceName === undefined || gateway === undefined) return undefined;
  return { interfaceName, router: ipv4FromBytes(Buffer.from(gateway, 'hex').reverse()) };
}

/** resolv.conf(5); where that names systemd-resolved alone, the servers that it asks itself */
const RESOLVER_FILES = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];

/** The name servers of this host that another machine can use too. */
export async function readNameServers(): Promise<readonly Ipv4Address[]> {
  for (const path of RESOLVER_FILES) {
    const found = parseNameServers(await readFile(path, 'utf8').catch(() => ''));
    if (found.length > 0) return found;
  }
  return [];
}

/** Reads the text of a resolv.conf; 127.0.0.53 and the like are of no use to others. */
export function parseNameServers(text: string): readonly Ipv4Address[] {
  const found: Ipv4Address[] = [];
  for (const [, word] of text.matchAll(/^[ \t]*nameserver[ \t]+(\S+)/gm)) {
    const address = parseIpv4(word ?? '');
    if (address !== undefined && !address.startsWith('127.')) found.push(address);
  }
  return found;
}

interface IpLink {
  readonly ifname?: string;
  readonly address?: string;
  readonly flags?: readonly string[];
  readonly addr_info?: readonly {
    readonly family: string;
    readonly local: string;
    readonly prefixlen: number;
  }[];
}

/** The parsed output of several `ip -j` calls, or undefined when there is no usable `ip` (busybox has no -j). */
async function readIpJson(...calls: readonly (readonly string[])[]): Promise<readonly unknown[] | undefined> {
  try {
    const results = await Promise.all(calls.map((args) => run('ip', args, { timeoutMs: 5000 })));
    if (results.some(({ exitCode }) => exitCode !== 0)) return undefined;
    return results.map(({ stdout }) => JSON.parse(stdout.trim() === '' ? '[]' : stdout) as unknown);
  } catch (error) {
    if (error instanceof PxectlError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function addressesOf(link: IpLink): readonly InterfaceAddress[] {
  return (link.addr_info ?? []).flatMap(({ family, local, prefixlen }) => {
    const address = parseIpv4(local);
    return family === 'inet' && address !== undefined ? [{ address, prefix: prefixlen }] : [];
  });
}

function interfaceFromLink(link: IpLink, addresses: readonly InterfaceAddress[]): NetworkInterface {
  const flags = new Set(link.flags ?? []);
  const mac = parseMac(link.address ?? '');
  return {
    name: link.ifname ?? '',
    ...(mac === undefined ? {} : { mac }),
    isUp: flags.has('UP') && !flags.has('NO-CARRIER'),
    isLoopback: flags.has('LOOPBACK'),
    addresses,
  };
}

function interfacesFromOs(): readonly NetworkInterface[] {
  return Object.entries(networkInterfaces()).map(([name, entries = []]) => {
    const mac = parseMac(entries[0]?.mac ?? '');
    return {
      name,
      ...(mac === undefined ? {} : { mac }),
      isUp: true,
      isLoopback: entries[0]?.internal === true,
      addresses: entries.flatMap((entry) => {
        const address = parseIpv4(entry.address);
        if (entry.family !== 'IPv4' || address === undefined) return [];
        return [{ address, prefix: Number(entry.cidr?.split('/')[1] ?? 32) }];
      }),
    };
  });
}
