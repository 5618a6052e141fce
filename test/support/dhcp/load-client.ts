// Asks the DHCP server as many different clients at a steady rate and measures how long each waits for its OFFER.
// Argument: LoadOptions as JSON; the answer is one JSON line with LoadResult.
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDeviceSocket } from '../../../src/net/device-socket.ts';
import { encodeDhcp } from '../../../src/protocol/dhcp/encode-dhcp.ts';
import { clientPacket, ip, mac } from './client-packets.ts';

export interface LoadOptions {
  readonly interfaceName: string;
  readonly perSecond: number;
  readonly count: number;
  /** how many different cards ask, in turn; default: every packet is of another */
  readonly clients?: number;
}

export interface LoadResult {
  readonly sent: number;
  readonly answered: number;
  /** DISCOVERs that really left in a second */
  readonly sentPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** packets before the measurement */
const WARM_UP = 500;

const {
  interfaceName,
  perSecond,
  count,
  clients = count,
} = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
const socket = createSocket({ type: 'udp4', lookup: (host, _options, callback) => callback(null, host, 4) });
const fd = await openDeviceSocket(interfaceName, 68);
if (fd === undefined) throw new Error('needs koffi');
await new Promise<void>((resolve) => socket.bind({ fd }, resolve));
socket.setBroadcast(true);
socket.setRecvBufferSize(8 * 1024 * 1024);

const packets = Array.from({ length: count }, (_, index) => {
  const suffix = (index % clients)
    .toString(16)
    .padStart(8, '0')
    .replace(/(..)(?!$)/g, '$1:');
  return encodeDhcp(
    clientPacket({ mac: mac(`02:00:${suffix}`), header: { xid: index, giaddr: ip('0.0.0.0') } }),
  );
});
const sentAt = new Float64Array(count);
const waits: number[] = [];
socket.on('message', (bytes) => {
  const index = bytes.readUInt32BE(4);
  const from = sentAt[index];
  if (from === undefined || from === 0) return;
  waits.push(performance.now() - from);
  sentAt[index] = 0;
});

// both programs run their first packets uncompiled: those count for start-up, not for a steady rate
for (let index = 0; index < WARM_UP; index += 1) {
  socket.send(encodeDhcp(clientPacket({ header: { xid: 0xf0000000 + index } })), 67, '255.255.255.255');
  await sleep(1);
}

const startedAt = performance.now();
let sent = 0;
while (sent < count) {
  const due = Math.min(count, Math.floor(((performance.now() - startedAt) / 1000) * perSecond) + 1);
  for (; sent < due; sent += 1) {
    sentAt[sent] = performance.now();
    socket.send(packets[sent] as Uint8Array, 67, '255.255.255.255');
  }
  // the answers must be read in between, and the server must have the processor, else this program measures itself
  await sleep(1);
}
const sendingMs = performance.now() - startedAt;
await sleep(1000);
socket.close();
waits.sort((a, b) => a - b);
const percentile = (share: number): number =>
  waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? NaN;
const result: LoadResult = {
  sent,
  answered: waits.length,
  sentPerSecond: Math.round((sent / sendingMs) * 1000),
  p50Ms: Number(percentile(0.5).toFixed(2)),
  p99Ms: Number(percentile(0.99).toFixed(2)),
  maxMs: Number((waits.at(-1) ?? NaN).toFixed(2)),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
