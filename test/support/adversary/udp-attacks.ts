import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { Ipv4Address, MacAddress } from '../../../src/protocol/addresses.ts';
import { encodeDhcp } from '../../../src/protocol/dhcp/encode-dhcp.ts';
import { decodeDhcp } from '../../../src/protocol/dhcp/decode-dhcp.ts';
import { MESSAGE_TYPE, messageTypeOf } from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { DHCP_OPTION } from '../../../src/protocol/dhcp/option-codes.ts';
import { addressOption } from '../../../src/protocol/dhcp/options/address-options.ts';
import { clientPacket } from '../../../src/protocol/pxe/client-packet.ts';
import { encodeTftp } from '../../../src/protocol/tftp/packets.ts';
import { escapes } from './path-forms.ts';
import { CLIENT, INITRD, LOADER, SECRET, SERVER, SMALL_FILE, sleep } from './targets.ts';

/** of IP and UDP */
const HEADERS_BYTES = 28;

async function udpSocket(address = '0.0.0.0'): Promise<Socket> {
  const socket = createSocket({
    type: 'udp4',
    lookup: (host, _options, callback) => callback(null, host, 4),
  });
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  return socket;
}

const madeUpMac = (): MacAddress =>
  `02:${randomBytes(5)
    .toString('hex')
    .replace(/(..)(?!$)/g, '$1:')}` as MacAddress;

/** Sends at this rate; in steps of a millisecond, so that answers are read in between. */
async function atRate(perSecond: number, untilMs: number, send: () => void, count = Infinity): Promise<void> {
  const startedMs = performance.now();
  for (let sent = 0; performance.now() < untilMs && sent < count;) {
    const due = Math.min(count, ((performance.now() - startedMs) / 1000) * perSecond);
    for (; sent < due; sent += 1) send();
    await sleep(1);
  }
}

const discover = (mac = madeUpMac()): Uint8Array =>
  encodeDhcp(
    clientPacket(
      { mac, architectures: [7] },
      { messageType: MESSAGE_TYPE.discover, xid: randomBytes(4).readUInt32BE() },
    ),
  );

/** 2,000 made-up machines a second look for an address. */
export async function discoverFlood(untilMs: number): Promise<void> {
  const socket = await udpSocket();
  await atRate(2000, untilMs, () => socket.send(discover(), 67, SERVER));
  socket.close();
}

/** Made-up machines, each of which takes what it is offered, or what it names; returns how many leases there were. */
export async function takePool(untilMs: number): Promise<number> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  await new Promise<void>((resolve) => socket.bind(68, resolve));
  socket.setBroadcast(true);
  const made = new Map<number, MacAddress>();
  const request = (mac: MacAddress, xid: number, address: Ipv4Address): void => {
    const serverId = addressOption(DHCP_OPTION.serverId, SERVER as Ipv4Address);
    const extraOptions = [addressOption(DHCP_OPTION.requestedAddress, address), serverId];
    const packet = clientPacket(
      { mac, architectures: [7] },
      { messageType: MESSAGE_TYPE.request, xid, extraOptions },
    );
    socket.send(encodeDhcp(packet), 67, SERVER);
  };
  let leases = 0;
  socket.on('message', (bytes) => {
    const reply = decodeDhcp(bytes);
    const mac = made.get(reply.xid);
    if (mac === undefined) return;
    if (messageTypeOf(reply) === MESSAGE_TYPE.offer) request(mac, reply.xid, reply.yiaddr);
    if (messageTypeOf(reply) === MESSAGE_TYPE.ack) leases += 1;
  });
  let last = 200;
  await atRate(300, untilMs, () => {
    const mac = madeUpMac();
    const xid = randomBytes(4).readUInt32BE();
    made.set(xid, mac);
    const asks = { messageType: MESSAGE_TYPE.discover, xid };
    socket.send(encodeDhcp(clientPacket({ mac, architectures: [7] }, asks)), 67, SERVER);
    last = last === 220 ? 200 : last + 1;
    request(madeUpMac(), xid, `192.168.1.${last}` as Ipv4Address);
  });
  socket.close();
  return leases;
}

/** DHCP packets with bytes changed, cut off or added. */
export async function malformedDhcp(untilMs: number): Promise<void> {
  const socket = await udpSocket();
  const good = discover();
  await atRate(1000, untilMs, () => {
    const bytes = Buffer.concat([good, randomBytes(Math.floor(Math.random() * 40))]);
    for (let change = 0; change < 6; change += 1) {
      bytes[Math.floor(Math.random() * bytes.length)] = Math.floor(Math.random() * 256);
    }
    const length = Math.random() < 0.2 ? Math.floor(Math.random() * bytes.length) : bytes.length;
    socket.send(bytes.subarray(0, length), Math.random() < 0.5 ? 67 : 4011, SERVER);
  });
  socket.close();
}

const request = (fileName: string, options: Readonly<Record<string, string>> = {}): Uint8Array => {
  const list = Object.entries(options).map(([name, value]) => ({ name, value }));
  return encodeTftp({ opcode: 'rrq', fileName, mode: 'octet', options: list });
};

/** Asks for the loader from 200 ports, with the longest timeout there is, and never answers. */
export async function tftpAndSilence(untilMs: number): Promise<void> {
  const sockets: Socket[] = [];
  while (performance.now() < untilMs) {
    for (let made = 0; made < 10 && sockets.length < 200; made += 1) {
      const socket = await udpSocket();
      sockets.push(socket);
      socket.send(request(LOADER, { timeout: '255', blksize: '1468', windowsize: '64' }), 69, SERVER);
    }
    await sleep(15);
  }
  for (const socket of sockets) socket.close();
}

/** Asks for the loader in the name of the good client, so often a second and from a thousand ports; the answers go to that. */
export async function asksInName(perSecond: number, untilMs: number): Promise<void> {
  const sockets: Socket[] = [];
  while (sockets.length < 1000) sockets.push(await udpSocket(CLIENT));
  let next = 0;
  const bytes = request(LOADER, { tsize: '0', blksize: '1456' });
  await atRate(perSecond, Math.max(untilMs, performance.now() + 1000), () =>
    sockets[next++ % sockets.length]?.send(bytes, 69, SERVER),
  );
  for (const socket of sockets) socket.close();
}

/** Acknowledges what it was never sent; returns how many bytes came for each that was sent. */
export async function blindAcks(untilMs: number): Promise<number> {
  const socket = await udpSocket();
  let [sent, received] = [0, 0];
  socket.on('message', (bytes) => (received += bytes.length + HEADERS_BYTES));
  const send = (bytes: Uint8Array): void => {
    sent += bytes.length + HEADERS_BYTES;
    socket.send(bytes, 69, SERVER);
  };
  let block = 0;
  await atRate(2000, untilMs, () => {
    if (block % 64 === 0) send(request(INITRD.slice(1), { blksize: '1468' }));
    send(encodeTftp({ opcode: 'ack', block: block++ % 64 }));
  });
  socket.close();
  return received / sent;
}

/** Random bytes, every opcode, and names that are none. */
export async function malformedTftp(untilMs: number): Promise<void> {
  const socket = await udpSocket();
  await atRate(1000, untilMs, () => {
    const bytes = randomBytes(2 + Math.floor(Math.random() * 600));
    if (Math.random() < 0.8) bytes.writeUInt16BE(Math.floor(Math.random() * 8), 0);
    socket.send(bytes, 69, SERVER);
  });
  socket.close();
}

/** Asks for files outside the served folder; returns how many answers held one. */
export async function escapeByTftp(untilMs: number): Promise<number> {
  const socket = await udpSocket();
  let leaks = 0;
  socket.on('message', (bytes) => {
    if (bytes.includes(SECRET)) leaks += 1;
  });
  const paths = escapes();
  let next = 0;
  await atRate(1000, untilMs, () => socket.send(request(paths[next++ % paths.length] ?? ''), 69, SERVER));
  socket.close();
  return leaks;
}

/** So many whole transfers of a small file, a few at a time; returns how many came to their end. */
export async function fetchOften(count: number): Promise<number> {
  let left = count;
  let whole = 0;
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const socket = await udpSocket();
      const isWhole = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), 3000);
        socket.on('message', (bytes, from) => {
          if (bytes.readUInt16BE(0) !== 3) return;
          socket.send(encodeTftp({ opcode: 'ack', block: bytes.readUInt16BE(2) }), from.port, SERVER);
          if (bytes.length >= 516) return;
          clearTimeout(timer);
          resolve(true);
        });
        socket.send(request(SMALL_FILE), 69, SERVER);
      });
      if (isWhole) whole += 1;
      socket.close();
    }
  };
  await Promise.all(Array.from({ length: 12 }, one));
  return whole;
}

/** So many made-up machines that look for an address and ask for their boot file; returns how many were answered both. */
export async function exchangeOften(count: number): Promise<number> {
  const socket = await udpSocket();
  let answers = 0;
  socket.on('message', () => (answers += 1));
  const clientAddress = '192.168.1.66' as Ipv4Address;
  const sendBoth = (): void => {
    const mac = madeUpMac();
    const asks = { messageType: MESSAGE_TYPE.request, xid: randomBytes(4).readUInt32BE(), clientAddress };
    socket.send(discover(mac), 67, SERVER);
    socket.send(encodeDhcp(clientPacket({ mac, architectures: [7] }, asks)), 4011, SERVER);
  };
  await atRate(1500, Infinity, sendBoth, count);
  await sleep(500);
  socket.close();
  return answers;
}
