// A client without an operating system's help: sends these packets from one interface and tells what comes back.
// Argument: RawClientOptions as JSON; the answer is one JSON line with RawAnswer[].
import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDeviceSocket } from '../../../src/net/device-socket.ts';

export interface RawClientOptions {
  readonly interfaceName: string;
  /** where from; without an address the packets carry 0.0.0.0 */
  readonly address?: string;
  readonly port: number;
  readonly packets: readonly {
    readonly hex: string;
    readonly to: string;
    readonly port: number;
    /** how often it is sent, default once */
    readonly times?: number;
  }[];
  /** so many answers are waited for, however busy the machine is, within bounds; default none */
  readonly expected?: number;
  /** how long it listens then for answers that nobody expects */
  readonly listenMs: number;
}

export interface RawAnswer {
  readonly from: string;
  readonly fromPort: number;
  readonly hex: string;
}

const PATIENCE_MS = 20_000;

const options = JSON.parse(process.argv[2] ?? '{}') as RawClientOptions;
const answers: RawAnswer[] = [];

async function open(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  const fd =
    options.address === undefined ? await openDeviceSocket(options.interfaceName, options.port) : undefined;
  await new Promise<void>((resolve) => {
    if (fd === undefined) socket.bind({ address: options.address ?? '0.0.0.0', port: options.port }, resolve);
    else socket.bind({ fd }, resolve);
  });
  socket.setBroadcast(true);
  socket.on('message', (bytes, source) => {
    answers.push({ from: source.address, fromPort: source.port, hex: bytes.toString('hex') });
  });
  return socket;
}

const socket = await open();
for (const { hex, to, port, times = 1 } of options.packets) {
  for (let sent = 0; sent < times; sent += 1) {
    await new Promise((resolve) => socket.send(Buffer.from(hex, 'hex'), port, to, resolve));
  }
}
const giveUpAt = Date.now() + PATIENCE_MS;
while (answers.length < (options.expected ?? 0) && Date.now() < giveUpAt) await sleep(20);
await sleep(options.listenMs);
socket.close();
process.stdout.write(`${JSON.stringify(answers)}\n`);
