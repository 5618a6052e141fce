import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ipv4Address, MacAddress } from '../protocol/addresses.ts';
import { openArpSocket, type ArpSocket } from './arp-socket.ts';
import { readNeighbours } from './neighbours.ts';

export interface ArpProbeOptions {
  readonly interfaceName: string;
  /** this machine's own card on that interface: what it says itself is no answer */
  readonly localMac: MacAddress;
  /** this machine's other cards: on the same segment each of them answers for all of its addresses */
  readonly otherOwnMacs?: readonly MacAddress[];
  readonly addresses: readonly Ipv4Address[];
  /** how long answers are waited for; who has not answered after half of it is asked once more */
  readonly waitMs: number;
  /** told as soon as somebody answers; without koffi at the end */
  readonly onUser?: (address: Ipv4Address, user: MacAddress) => void;
}

/** between two looks whether a frame has come */
const POLL_MS = 10;
/** port of the discard service: nobody listens there, and ARP is all that is wanted */
const DISCARD_PORT = 9;

/**
 * Who on this segment uses one of these addresses: each is asked for with an ARP Probe (RFC 5227), which changes no
 * ARP table and which no firewall drops. The map holds the address and the card that answered for it; addresses that
 * nobody uses are not in it. Ends early when all have answered.
 *
 * Without the optional package koffi, or without CAP_NET_RAW, the kernel does the asking: a datagram is sent to each
 * address and the neighbour table read. That cannot see who else uses an address of this machine itself, and an
 * address that somebody used up to a minute ago counts as used.
 */
export async function probeAddresses(
  options: ArpProbeOptions,
): Promise<ReadonlyMap<Ipv4Address, MacAddress>> {
  if (options.addresses.length === 0) return new Map();
  const socket = await openArpSocket(options.interfaceName);
  if (socket === undefined) return askTheKernel(options);
  try {
    return await probeOver(socket, options);
  } finally {
    socket.close();
  }
}

async function probeOver(
  socket: ArpSocket,
  { localMac, otherOwnMacs = [], addresses, waitMs, onUser }: ArpProbeOptions,
): Promise<ReadonlyMap<Ipv4Address, MacAddress>> {
  const wanted = new Set(addresses);
  const own = new Set([localMac, ...otherOwnMacs]);
  const found = new Map<Ipv4Address, MacAddress>();
  const readAll = (): void => {
    for (const { senderMac, senderAddress } of socket.read()) {
      if (own.has(senderMac) || !wanted.has(senderAddress)) continue;
      const isNew = !found.has(senderAddress);
      found.set(senderAddress, senderMac);
      if (isNew) onUser?.(senderAddress, senderMac);
    }
  };
  const until = performance.now() + waitMs;
  for (const deadline of [until - waitMs / 2, until]) {
    for (const address of wanted) if (!found.has(address)) socket.ask(localMac, address);
    while (performance.now() < deadline) {
      await sleep(POLL_MS);
      readAll();
      if (found.size === wanted.size) return found;
    }
  }
  return found;
}

async function askTheKernel({
  addresses,
  waitMs,
  onUser,
}: ArpProbeOptions): Promise<ReadonlyMap<Ipv4Address, MacAddress>> {
  const socket = createSocket('udp4');
  // no route, or nobody there: the neighbour table says the same
  socket.on('error', () => undefined);
  for (const address of addresses) socket.send('', DISCARD_PORT, address, () => undefined);
  await sleep(waitMs);
  socket.close();
  const table = readNeighbours(Date.now(), 0);
  return new Map(
    addresses.flatMap((address) => {
      const mac = table.find(({ ip }) => ip === address)?.mac;
      if (mac === undefined) return [];
      onUser?.(address, mac);
      return [[address, mac] as const];
    }),
  );
}
