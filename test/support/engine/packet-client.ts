// Sends client packets inside a namespace and prints what comes back: tsx packet-client.ts FILE, a JSON list of
// Exchange. Prints a JSON list of Answer, in the same order.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Exchange {
  readonly packetHex: string;
  /**
   * A packet to the same port that is always answered. It is sent after the other: servers take one packet after the
   * other, so what is not answered before this one is answered with silence, however slow the machine is.
   */
  readonly fenceHex: string;
  readonly port: 67 | 4011;
  readonly server: string;
  readonly localAddress: string;
  /** where fences are sent from */
  readonly fenceAddress: string;
  /** 67 for a relay, which asks and is answered there; 68 unless given */
  readonly localPort?: number;
}

export interface Answer {
  readonly replies: readonly { readonly hex: string; readonly fromPort: number; readonly toPort: number }[];
}

type Listener = (hex: string, from: RemoteInfo, toPort: number) => void;

const FENCE_AGAIN_MS = 400;
/** dnsmasq pings an address for three seconds before it first leases it */
const FENCE_TIMEOUT_MS = 20_000;
/** an answer may come through another socket than that of the fence */
const GRACE_MS = 20;

const listeners = new Set<Listener>();
const sockets = new Map<string, Promise<Socket>>();

/** One socket for each address and port: of two, a unicast answer reaches only one. */
function socketAt(port: number, address: string): Promise<Socket> {
  const key = `${address}:${port}`;
  const open = sockets.get(key) ?? bind(port, address);
  sockets.set(key, open);
  return open;
}

async function bind(port: number, address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  await new Promise<void>((resolve) => socket.bind(port, address, resolve));
  socket.setBroadcast(true);
  socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
    for (const listener of listeners) listener(bytes.toString('hex'), from, port);
  });
  return socket;
}

/** Hears replies with this transaction id until it is closed. */
function hear(xid: string, onReply: Listener): { close(): void } {
  const listener: Listener = (hex, from, toPort) => {
    if (hex.startsWith('02') && hex.slice(8, 16) === xid) onReply(hex, from, toPort);
  };
  listeners.add(listener);
  return { close: () => void listeners.delete(listener) };
}

async function exchange(request: Exchange): Promise<Answer> {
  const replies: { hex: string; fromPort: number; toPort: number }[] = [];
  // EDK2 asks port 4011 from port 4011; a DISCOVER comes from the client's port 68
  const localPort = request.port === 4011 ? 4011 : (request.localPort ?? 68);
  const own = await socketAt(localPort, request.localAddress);
  const hearing = hear(request.packetHex.slice(8, 16), (hex, { port }, toPort) =>
    replies.push({ hex, fromPort: port, toPort }),
  );
  const isUnicast = request.port === 4011 || request.localPort !== undefined;
  const target = isUnicast ? request.server : '255.255.255.255';
  own.send(Buffer.from(request.packetHex, 'hex'), request.port, target);
  await fence(request);
  await sleep(GRACE_MS);
  hearing.close();
  return { replies };
}

let fenceCount = 0;

/** Resolves when the server has answered everything that was sent before. */
async function fence({ fenceHex, fenceAddress, port, server }: Exchange): Promise<void> {
  const socket = await socketAt(port === 4011 ? 4011 : 68, fenceAddress);
  const deadline = Date.now() + FENCE_TIMEOUT_MS;
  while (Date.now() < deadline) {
    fenceCount += 1;
    const xid = (0xfe00_0000 + fenceCount).toString(16);
    let hearing: { close(): void } | undefined;
    const isPassed = await new Promise<boolean>((resolve) => {
      hearing = hear(xid, () => resolve(true));
      setTimeout(() => resolve(false), FENCE_AGAIN_MS);
      const packet = Buffer.from(`${fenceHex.slice(0, 8)}${xid}${fenceHex.slice(16)}`, 'hex');
      socket.send(packet, port, port === 4011 ? server : '255.255.255.255');
    });
    hearing?.close();
    if (isPassed) return;
  }
  throw new Error(`port ${port} did not answer within ${FENCE_TIMEOUT_MS} ms`);
}

/** Servers may look at an address for a moment before they first lease it: the fence has one before it is needed. */
const known = new Set<string>();

const exchanges = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Exchange[];
const answers: Answer[] = [];
// offers are broadcast, and reach whoever is bound to the broadcast address
await socketAt(68, '255.255.255.255');
for (const request of exchanges) {
  if (!known.has(request.fenceHex)) await fence(request);
  known.add(request.fenceHex);
  answers.push(await exchange(request));
}
process.stdout.write(JSON.stringify(answers));
for (const socket of sockets.values()) (await socket).close();
