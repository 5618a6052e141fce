import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { BROADCAST_IPV4, type Ipv4Address } from '../protocol/addresses.ts';
import { decodeDhcp } from '../protocol/dhcp/decode-dhcp.ts';
import { BOOT_REPLY, type DhcpPacket } from '../protocol/dhcp/dhcp-packet.ts';
import { encodeDhcp } from '../protocol/dhcp/encode-dhcp.ts';

const MAX_REPLIES = 32;

/** An answer and where it came from. */
export interface PxeReply {
  readonly packet: DhcpPacket;
  readonly from: { readonly address: Ipv4Address; readonly port: number };
}

export interface ExchangeOptions {
  /** this machine's own address on the interface: the packet leaves there */
  readonly localAddress: Ipv4Address;
  readonly packet: DhcpPacket;
  readonly waitMs: number;
  /** stop waiting at the first reply for which this is true (default: the first of all) */
  readonly isEnough?: (reply: PxeReply) => boolean;
  /** how long others are still waited for after that; default: not at all */
  readonly lingerMs?: number;
}

/**
 * Broadcasts a packet on port 67 and collects the answers that are broadcast back to port 68. The machine hears
 * its own broadcasts too (the kernel loops them back on the interface they leave by), so this reaches a server on
 * the same host as well, through its firewall, as a client's packet would.
 * @throws a Node system error when port 68 is another program's (EADDRINUSE) or needs rights (EACCES)
 */
export async function broadcastToServers(options: ExchangeOptions): Promise<PxeReply[]> {
  const receiver = createSocket({ type: 'udp4', reuseAddr: true });
  const sender = createSocket('udp4');
  try {
    // bound to the broadcast address: unicast answers to a DHCP client on this machine stay with that client
    await bind(receiver, 68, BROADCAST_IPV4);
    await bind(sender, 0, options.localAddress);
    sender.setBroadcast(true);
    return await collect([receiver, sender], options, () => {
      sender.send(encodeDhcp(options.packet), 67, BROADCAST_IPV4, () => undefined);
    });
  } finally {
    receiver.close();
    sender.close();
  }
}

/** Sends a request to port 4011 of a server and waits for its answer, which comes back to the port it was sent from. */
export async function requestBootFile(
  options: ExchangeOptions & { readonly server: Ipv4Address },
): Promise<PxeReply[]> {
  const socket = createSocket('udp4');
  try {
    await bind(socket, 0, options.localAddress);
    return await collect([socket], options, () => {
      socket.send(encodeDhcp(options.packet), 4011, options.server, () => undefined);
    });
  } finally {
    socket.close();
  }
}

function bind(socket: Socket, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, address, () => {
      socket.off('error', reject);
      // what happens to a datagram later is no reason to end: the answer is missing then
      socket.on('error', () => undefined);
      resolve();
    });
  });
}

/** Sends at once and once more after half of the time: one lost packet must not look like a dead server. */
function collect(
  sockets: readonly Socket[],
  options: ExchangeOptions,
  send: () => void,
): Promise<PxeReply[]> {
  const { packet, waitMs, isEnough = () => true, lingerMs = 0 } = options;
  const replies: PxeReply[] = [];
  return new Promise((resolve) => {
    const again = setTimeout(send, waitMs / 2);
    const finish = (): void => {
      clearTimeout(again);
      clearTimeout(end);
      clearTimeout(linger);
      resolve(replies);
    };
    const end = setTimeout(finish, waitMs);
    let linger: NodeJS.Timeout | undefined;
    for (const socket of sockets) {
      socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
        const reply = replies.length < MAX_REPLIES ? readReply(bytes, from) : undefined;
        if (reply?.packet.xid !== packet.xid || reply.packet.op !== BOOT_REPLY) return;
        replies.push(reply);
        // more servers than any network has: somebody makes them up
        if (replies.length === MAX_REPLIES) return finish();
        if (!isEnough(reply)) return;
        if (lingerMs === 0) finish();
        else linger ??= setTimeout(finish, lingerMs);
      });
    }
    send();
  });
}

function readReply(bytes: Uint8Array, from: RemoteInfo): PxeReply | undefined {
  try {
    return { packet: decodeDhcp(bytes), from: { address: from.address as Ipv4Address, port: from.port } };
  } catch {
    return undefined;
  }
}
