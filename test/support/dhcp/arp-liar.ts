/** Answers ARP for an address in the name of another card, in frames of its own card; prints "ready" and ends by itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { loadLibc } from '../../../src/net/libc.ts';
import {
  ipv4ToBytes,
  macToBytes,
  type Ipv4Address,
  type MacAddress,
} from '../../../src/protocol/addresses.ts';

const { interfaceName, ownMac, saidMac, address } = JSON.parse(process.argv[2] ?? '{}') as {
  interfaceName: string;
  ownMac: MacAddress;
  saidMac: MacAddress;
  address: Ipv4Address;
};
const libc = (await loadLibc())!;
const fd = libc.socket(17, 3, 0);
const name = new Uint8Array(20);
const view = new DataView(name.buffer);
view.setUint16(0, 17, true);
view.setUint16(2, 0x0806, false);
view.setInt32(4, libc.if_nametoindex(interfaceName), true);
libc.bind(fd, name, name.length);
const reply = new Uint8Array(42).fill(0xff, 0, 6);
reply.set(macToBytes(ownMac), 6);
reply.set([0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 2], 12);
reply.set(macToBytes(saidMac), 22);
reply.set(ipv4ToBytes(address), 28);
process.stdout.write('ready\n');
for (let count = 0; count < 1_200; count++) {
  libc.send(fd, reply, reply.length, 0);
  await sleep(50);
}
