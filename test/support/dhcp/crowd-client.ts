// Many machines that ask for a lease in the same moment, as raw packets: tsx crowd-client.ts '{"macs":[…],"localAddress":"192.168.1.60","listenMs":3000}'.
// Each sends DISCOVER, takes the first offer and asks for it. Prints what became of each as JSON.
import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeDhcp } from '../../../src/protocol/dhcp/decode-dhcp.ts';
import { encodeDhcp } from '../../../src/protocol/dhcp/encode-dhcp.ts';
import { MESSAGE_TYPE, messageTypeOf } from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { addressOption, readAddress } from '../../../src/protocol/dhcp/options/address-options.ts';
import { DHCP_OPTION } from '../../../src/protocol/dhcp/option-codes.ts';
import { clientPacket, type PxeClient } from '../../../src/protocol/pxe/client-packet.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';

/** What one machine of the crowd was told. */
export interface CrowdMember {
  readonly mac: MacAddress;
  offered?: string;
  acknowledged?: string;
  refusals: number;
}

const {
  macs,
  localAddress,
  listenMs,
  everyMs = 0,
  againMs,
} = JSON.parse(process.argv[2] ?? '{}') as {
  macs: MacAddress[];
  localAddress: string;
  listenMs: number;
  /** pause between two machines that are switched on */
  everyMs?: number;
  /** who was not answered asks again after that */
  againMs?: number;
};
const members: CrowdMember[] = macs.map((mac) => ({ mac, refusals: 0 }));
const clientOf = (mac: MacAddress): PxeClient => ({ mac, architectures: [7] });
const bound = async (address: string): Promise<Socket> => {
  const own = createSocket({ type: 'udp4', reuseAddr: true });
  await new Promise<void>((resolve) => own.bind(68, address, resolve));
  return own;
};
const socket = await bound(localAddress);
const broadcasts = await bound('255.255.255.255');
socket.setBroadcast(true);
const send = (packet: Parameters<typeof encodeDhcp>[0]): void =>
  socket.send(encodeDhcp(packet), 67, '255.255.255.255');
const xidOf = (index: number): number => 0x77_00_00_00 + index;

const onMessage = (bytes: Buffer): void => {
  const reply = decodeDhcp(bytes);
  const index = reply.xid - xidOf(0);
  const member = members[index];
  if (reply.op !== 2 || member === undefined) return;
  const type = messageTypeOf(reply);
  if (type === MESSAGE_TYPE.nak) member.refusals += 1;
  if (type === MESSAGE_TYPE.ack) member.acknowledged ??= reply.yiaddr;
  if (type !== MESSAGE_TYPE.offer || member.offered !== undefined) return;
  member.offered = reply.yiaddr;
  const server = readAddress(reply, DHCP_OPTION.serverId);
  if (server === undefined) return;
  const extraOptions = [
    addressOption(DHCP_OPTION.requestedAddress, reply.yiaddr),
    addressOption(DHCP_OPTION.serverId, server),
  ];
  // firmware takes its time before it chooses: all offers are out by then
  const request = clientPacket(clientOf(member.mac), {
    messageType: MESSAGE_TYPE.request,
    xid: reply.xid,
    extraOptions,
  });
  setTimeout(() => send(request), Math.max(1000, everyMs * macs.length));
};
for (const each of [socket, broadcasts]) each.on('message', onMessage);
const discover = (mac: MacAddress, index: number): void =>
  send(clientPacket(clientOf(mac), { messageType: MESSAGE_TYPE.discover, xid: xidOf(index) }));
for (const [index, mac] of macs.entries()) {
  discover(mac, index);
  if (everyMs > 0) await sleep(everyMs);
}
if (againMs !== undefined) {
  await sleep(againMs);
  for (const [index, { mac, offered }] of members.entries()) if (offered === undefined) discover(mac, index);
}
setTimeout(() => {
  for (const each of [socket, broadcasts]) each.close();
  process.stdout.write(JSON.stringify(members));
}, listenMs);
