import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/platform/processes.ts';
import type { Ipv4Address } from '../../../src/protocol/addresses.ts';
import { decodeTftp, encodeTftp } from '../../../src/protocol/tftp/packets.ts';
import { toNetascii } from '../../../src/server/tftp/netascii.ts';
import { startTftpServer, type TftpServer } from '../../../src/server/tftp/tftp-server.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { mac } from '../../support/dhcp/client-packets.ts';
import { RecordedEvents } from '../../support/recorded-events.ts';

const LOOPBACK = '127.0.0.1' as Ipv4Address;
const TEXT = 'one\ntwo\r\nthree\rfour\n';

let root: string;
let server: TftpServer;
let events: RecordedEvents;
const sockets: Socket[] = [];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'pxectl-tftp-shares-'));
  writeFileSync(join(root, 'loader'), Buffer.alloc(20_000, 'x'));
  writeFileSync(join(root, 'text'), TEXT);
  events = new RecordedEvents();
  server = await startTftpServer({ address: LOOPBACK, port: 0, root, sink: events, maxTransfers: 24 });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

/** Asks and keeps what comes, and says no more, after an answer to the first packet where `answers`. */
async function silentClient(
  address: string,
  fileName: string,
  { options = {}, answers = false }: { options?: Record<string, string>; answers?: boolean } = {},
) {
  const socket = createSocket('udp4');
  sockets.push(socket);
  const received: Buffer[] = [];
  socket.on('message', (bytes, from) => {
    if (received.push(bytes) > 1 || !answers) return;
    const first = decodeTftp(bytes);
    const block = first.opcode === 'data' ? first.block : 0;
    socket.send(encodeTftp({ opcode: 'ack', block }), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  const list = Object.entries(options).map(([name, value]) => ({ name, value }));
  socket.send(encodeTftp({ opcode: 'rrq', fileName, mode: 'octet', options: list }), server.port, LOOPBACK);
  return received;
}

async function eventually(isSo: () => boolean, what: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 50) {
    if (isSo()) return;
    await sleep(50);
  }
  throw new Error(`not within 20 s: ${what}`);
}

const fetchWith = async (program: string, args: readonly string[], out: string): Promise<string> => {
  const result = await run(program, args, { timeoutMs: 40_000 });
  expect(result.exitCode, `${result.stdout}${result.stderr}`).toBe(0);
  return readFileSync(out, 'latin1');
};

describe('places', () => {
  itNeeds('atftp')(
    'that clients hold with long timeouts and no further answer are given to who is there',
    async () => {
      for (let host = 10; host < 14; host++) {
        for (let index = 0; index < 10; index++)
          await silentClient(`127.0.0.${host}`, 'loader', { options: { timeout: '255' }, answers: true });
      }
      await eventually(() => events.of('tftp.start').length >= 24, 'every place is taken');
      const out = join(root, 'out');
      const args = ['--option', 'timeout 3', '-g', '-r', 'loader', '-l', out, LOOPBACK, String(server.port)];
      const startedMs = performance.now();
      expect(await fetchWith('atftp', args, out)).toHaveLength(20_000);
      expect(performance.now() - startedMs).toBeLessThan(20_000);
      expect(events.of('tftp.aborted').map((event) => event.detail?.['reason'])).toContain('gave-way');
    },
  );
});

describe('one card with many addresses', () => {
  it('that fills every place and the queue keeps nobody else from being served', async () => {
    await server.close();
    const resolveMac = (ip: string) =>
      mac(ip.startsWith('127.0.9.') ? '52:54:00:00:00:09' : '52:54:00:00:00:01');
    server = await startTftpServer({
      address: LOOPBACK,
      port: 0,
      root,
      sink: events,
      maxTransfers: 24,
      resolveMac,
    });
    for (let host = 1; host <= 60; host++) {
      for (let index = 0; index < 10; index++)
        await silentClient(`127.0.9.${host}`, 'loader', { answers: true });
    }
    await eventually(() => events.of('tftp.start').length >= 16, 'its places are taken');
    const received = await silentClient('127.0.0.5', 'loader', { answers: true });
    await eventually(() => received.length > 1, 'an answer to its acknowledgement');
    expect(decodeTftp(received[1] ?? Buffer.alloc(0))).toMatchObject({ opcode: 'data', block: 2 });
  });
});

describe('somebody who never asked', () => {
  it('gets one small packet and few repeats, and no ERROR behind them', async () => {
    const options = { windowsize: '64', blksize: '1468', tsize: '0' };
    const received = await silentClient('127.0.0.9', 'loader', { options });
    await events.wait('tftp.error');
    expect(received.length).toBeLessThanOrEqual(3);
    for (const bytes of received) expect(decodeTftp(bytes).opcode).toBe('oack');
  });
});

describe('small blocks', () => {
  it('the OACK is one datagram, also where it is longer than a block', async () => {
    const options = { blksize: '8', tsize: '0', windowsize: '4' };
    const received = await silentClient(LOOPBACK, 'loader', { options });
    await eventually(() => received.length > 0, 'an answer');
    const oack = decodeTftp(received[0] ?? Buffer.alloc(0));
    expect(oack).toMatchObject({
      opcode: 'oack',
      options: [
        { name: 'blksize', value: '8' },
        { name: 'tsize', value: '20000' },
        { name: 'windowsize', value: '4' },
      ],
    });
  });
});

describe('text mode', () => {
  it('ends lines with CR LF, and a lone CR with NUL', () => {
    expect(toNetascii(Buffer.from(TEXT)).toString('latin1')).toBe('one\r\ntwo\r\0\r\nthree\r\0four\r\n');
  });

  // tftp-hpa asks for it when a person types no mode: the first test by hand
  itNeeds('tftp')('is served to tftp-hpa as it asks for it by default', async () => {
    const out = join(root, 'out');
    const args = ['-m', 'netascii', LOOPBACK, String(server.port), '-c', 'get', 'text', out];
    expect(await fetchWith('tftp', args, out)).toBe(TEXT);
  });
});
