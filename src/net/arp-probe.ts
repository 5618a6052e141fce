import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ipv4Address, MacAddress } from '../protocol/addresses.ts';
import { decodeArpFrame, encodeArpProbe } from '../protocol/arp/arp-packet.ts';
import { loadLibc, SOCK_CLOEXEC, SOCK_NONBLOCK, type Libc } from './libc.ts';
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

const AF_PACKET = 17;
const SOCK_RAW = 3;
const ETH_P_ARP = 0x0806;
const MSG_DONTWAIT = 0x40;
/** between two looks whether a frame has come: libc sockets do not wake the event loop */
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
  const libc = await loadLibc();
  const fd = libc === undefined ? undefined : openArpSocket(libc, options.interfaceName);
  if (libc === undefined || fd === undefined) return askTheKernel(options);
  try {
    return await probeOver(libc, fd, options);
  } finally {
    libc.close(fd);
  }
}

/** An AF_PACKET socket that sees the ARP frames of one interface; undefined when it cannot be had. */
function openArpSocket(libc: Libc, interfaceName: string): number | undefined {
  const index = libc.if_nametoindex(interfaceName);
  if (index === 0) return undefined;
  // protocol 0: nothing is received from other interfaces before it is bound
  const fd = libc.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return undefined;
  // struct sockaddr_ll: family and index in host order, the protocol in network order
  const name = new Uint8Array(20);
  const view = new DataView(name.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, ETH_P_ARP, false);
  view.setInt32(4, index, true);
  if (libc.bind(fd, name, name.length) === 0) return fd;
  libc.close(fd);
  return undefined;
}

async function probeOver(
  libc: Libc,
  fd: number,
  { localMac, otherOwnMacs = [], addresses, waitMs, onUser }: ArpProbeOptions,
): Promise<ReadonlyMap<Ipv4Address, MacAddress>> {
  const wanted = new Set(addresses);
  const own = new Set([localMac, ...otherOwnMacs]);
  const found = new Map<Ipv4Address, MacAddress>();
  const frame = new Uint8Array(2048);
  const readAll = (): void => {
    for (;;) {
      const length = libc.recv(fd, frame, frame.length, MSG_DONTWAIT);
      if (length <= 0) return;
      const arp = decodeArpFrame(frame.subarray(0, length));
      if (arp === undefined || own.has(arp.senderMac) || !wanted.has(arp.senderAddress)) continue;
      const isNew = !found.has(arp.senderAddress);
      found.set(arp.senderAddress, arp.senderMac);
      if (isNew) onUser?.(arp.senderAddress, arp.senderMac);
    }
  };
  const until = performance.now() + waitMs;
  for (const deadline of [until - waitMs / 2, until]) {
    for (const address of wanted) {
      if (found.has(address)) continue;
      const probe = encodeArpProbe(localMac, address);
      // a link that is down takes nothing: then nobody answers either
      libc.send(fd, probe, probe.length, 0);
    }
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
