// A client that minds its own business until it is ended: an address, the loader, the initrd, and again. Prints for each as a line of
// JSON how long it waited, tries again included: tsx good-client.ts 192.168.1.60
import { createSocket } from 'node:dgram';
import { tftpGet } from '../../../src/net/tftp-get.ts';
import type { Ipv4Address, MacAddress } from '../../../src/protocol/addresses.ts';
import { decodeDhcp } from '../../../src/protocol/dhcp/decode-dhcp.ts';
import { MESSAGE_TYPE, messageTypeOf, type DhcpPacket } from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { encodeDhcp } from '../../../src/protocol/dhcp/encode-dhcp.ts';
import { DHCP_OPTION } from '../../../src/protocol/dhcp/option-codes.ts';
import { addressOption } from '../../../src/protocol/dhcp/options/address-options.ts';
import { clientPacket } from '../../../src/protocol/pxe/client-packet.ts';
import { HTTP_PORT, INITRD, LOADER, SERVER, sleep } from './targets.ts';

export interface Wait {
  readonly what: 'address' | 'loader' | 'initrd';
  readonly atMs: number;
  readonly waitMs: number;
  readonly tries: number;
}

const server = SERVER as Ipv4Address;
const client = { mac: '52:54:00:77:00:01' as MacAddress, architectures: [7] };
const socket = createSocket({ type: 'udp4', reuseAddr: true });
await new Promise<void>((resolve) => socket.bind(68, resolve));
socket.setBroadcast(true);
let onReply: (reply: DhcpPacket) => void = () => undefined;
socket.on('message', (bytes) => onReply(decodeDhcp(bytes)));
let xid = 0x600d0000;

/** Sends, and waits for an answer of these kinds as firmware does. */
async function exchange(packet: DhcpPacket, ...types: readonly number[]): Promise<DhcpPacket> {
  const answered = new Promise<DhcpPacket>((resolve) => {
    onReply = (reply) => {
      if (reply.xid === packet.xid && types.includes(messageTypeOf(reply) ?? 0)) resolve(reply);
    };
  });
  socket.send(encodeDhcp(packet), 67, '192.168.1.255');
  return Promise.race([
    answered,
    sleep(2000).then(() => {
      throw new Error('no answer');
    }),
  ]);
}

async function takeAddress(): Promise<void> {
  xid += 1;
  const offer = await exchange(
    clientPacket(client, { messageType: MESSAGE_TYPE.discover, xid }),
    MESSAGE_TYPE.offer,
  );
  const serverId = addressOption(DHCP_OPTION.serverId, server);
  const extraOptions = [addressOption(DHCP_OPTION.requestedAddress, offer.yiaddr), serverId];
  const request = clientPacket(client, { messageType: MESSAGE_TYPE.request, xid, extraOptions });
  const answer = await exchange(request, MESSAGE_TYPE.ack, MESSAGE_TYPE.nak);
  if (messageTypeOf(answer) === MESSAGE_TYPE.nak) throw new Error('refused');
  const release = { messageType: MESSAGE_TYPE.release, xid, clientAddress: offer.yiaddr };
  socket.send(encodeDhcp(clientPacket(client, { ...release, extraOptions: [serverId] })), 67, SERVER);
}

async function fetchInitrd(): Promise<void> {
  const answer = await fetch(`http://${SERVER}:${HTTP_PORT}${INITRD}`, {
    signal: AbortSignal.timeout(10_000),
  });
  const { byteLength } = await answer.arrayBuffer();
  if (answer.status !== 200 || byteLength !== 2_000_000) throw new Error(`${answer.status} ${byteLength}`);
}

const businesses: readonly (readonly [Wait['what'], () => Promise<unknown>])[] = [
  ['address', takeAddress],
  ['loader', () => tftpGet({ server, path: LOADER, retries: 5 })],
  ['initrd', fetchInitrd],
];

for (;;) {
  for (const [what, work] of businesses) {
    const atMs = Date.now();
    let tries = 1;
    while (
      !(await work().then(
        () => true,
        () => false,
      ))
    ) {
      tries += 1;
      await sleep(50);
    }
    const wait: Wait = { what, atMs, waitMs: Date.now() - atMs, tries };
    process.stdout.write(`${JSON.stringify(wait)}\n`);
    await sleep(30);
  }
}
