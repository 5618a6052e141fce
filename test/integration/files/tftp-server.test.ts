import { createHash, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/platform/processes.ts';
import type { Ipv4Address } from '../../../src/protocol/addresses.ts';
import { decodeTftp, encodeTftp, type TftpPacket } from '../../../src/protocol/tftp/packets.ts';
import { startTftpServer, type TftpServer } from '../../../src/server/tftp/tftp-server.ts';
import { BadUdpLink } from '../../support/bad-udp-link.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { RecordedEvents } from '../../support/recorded-events.ts';

const LOOPBACK = '127.0.0.1' as Ipv4Address;
const top = mkdtempSync(join(tmpdir(), 'pxectl-tftp-'));
const root = join(top, 'tftp');
const events = new RecordedEvents();
const files: Record<string, Buffer> = {
  empty: Buffer.alloc(0),
  small: randomBytes(100),
  even: randomBytes(1024),
  medium: randomBytes(300_001),
  /** more than 65535 blocks of 512 bytes */
  rollover: Buffer.concat([randomBytes(1 << 20), Buffer.alloc(33 << 20, 'rollover'), randomBytes(77)]),
};
let server: TftpServer;

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
let counter = 0;
const outFile = (): string => join(top, `out-${(counter += 1)}`);

/** Fetches with a real client and returns what arrived. */
async function fetchWith(file: string, args: readonly string[], out: string): Promise<Buffer> {
  const result = await run(file, args, { timeoutMs: 30_000 });
  expect(result.exitCode, `${result.stdout}${result.stderr}`).toBe(0);
  return readFileSync(out);
}

const atftp = (name: string, options: Record<string, number>, port = server.port): Promise<Buffer> => {
  const out = outFile();
  const asked = Object.entries(options).flatMap(([key, value]) => ['--option', `${key} ${value}`]);
  return fetchWith('atftp', [...asked, '-g', '-r', name, '-l', out, LOOPBACK, String(port)], out);
};

/** A client made of single packets, for what no real client does. */
class RawClient {
  readonly socket: Socket = createSocket('udp4');
  readonly #inbox: { packet: TftpPacket; port: number }[] = [];
  #wake: (() => void) | undefined;
  transferPort = 0;

  constructor() {
    this.socket.on('message', (bytes, from) => {
      this.#inbox.push({ packet: decodeTftp(bytes), port: from.port });
      this.#wake?.();
    });
  }

  ask(fileName: string, options: Record<string, string> = {}, mode = 'octet'): void {
    const list = Object.entries(options).map(([name, value]) => ({ name, value }));
    this.send(encodeTftp({ opcode: 'rrq', fileName, mode, options: list }), server.port);
  }

  send(bytes: Uint8Array, port = this.transferPort): void {
    this.socket.send(bytes, port, LOOPBACK);
  }

  ack(block: number): void {
    this.send(encodeTftp({ opcode: 'ack', block }));
  }

  async next(timeoutMs = 4000): Promise<TftpPacket> {
    const end = Date.now() + timeoutMs;
    while (this.#inbox.length === 0) {
      const left = end - Date.now();
      if (left <= 0) throw new Error('no packet came');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const first = this.#inbox.shift();
    if (first === undefined) throw new Error('no packet came');
    this.transferPort = first.port;
    return first.packet;
  }
}

const raws: RawClient[] = [];
const rawClient = (): RawClient => {
  const client = new RawClient();
  raws.push(client);
  return client;
};

beforeAll(() => {
  mkdirSync(join(root, 'sub'), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(root, name), bytes);
  writeFileSync(join(root, 'sub', 'snponly-x64.efi'), 'MZ');
  writeFileSync(join(top, 'secret'), 'secret');
  symlinkSync('../secret', join(root, 'out'));
});
afterAll(() => rmSync(top, { recursive: true, force: true }));
beforeEach(async () => {
  events.clear();
  server = await startTftpServer({ address: LOOPBACK, port: 0, root, sink: events, mtu: 1500 });
});
afterEach(async () => {
  for (const client of raws.splice(0)) client.socket.close();
  await server.close();
});

describe('real clients', () => {
  for (const windowsize of [1, 4, 16]) {
    for (const blksize of [512, 1024, 1468]) {
      itNeeds('atftp')(`atftp, windowsize ${windowsize}, blksize ${blksize}`, async () => {
        const got = await atftp('medium', { windowsize, blksize, tsize: 0 });
        expect(hashOf(got)).toBe(hashOf(files['medium'] ?? Buffer.alloc(0)));
        expect(events.of('tftp.start')[0]?.detail).toMatchObject({ windowsize, blksize, sizeBytes: 300_001 });
        expect((await events.wait('tftp.done')).detail).toMatchObject({ path: 'medium', sentBytes: 300_001 });
      });
    }
  }

  for (const name of ['empty', 'small', 'even']) {
    itNeeds('atftp')(`atftp without options, file "${name}"`, async () => {
      expect(await atftp(name, {})).toEqual(files[name]);
    });
  }

  itNeeds('tftp')('tftp-hpa', async () => {
    const out = outFile();
    const args = ['-m', 'binary', LOOPBACK, String(server.port), '-c', 'get', 'medium', out];
    expect(hashOf(await fetchWith('tftp', args, out))).toBe(hashOf(files['medium'] ?? Buffer.alloc(0)));
  });

  itNeeds('curl')('curl, with a backslash and a leading slash in the name', async () => {
    const out = outFile();
    const url = `tftp://${LOOPBACK}:${server.port}//sub%5Csnponly-x64.efi`;
    expect((await fetchWith('curl', ['-s', '-o', out, url], out)).toString()).toBe('MZ');
  });

  itNeeds('busybox')('busybox tftp with blksize 1400', async () => {
    const out = outFile();
    const args = ['tftp', '-g', '-r', 'medium', '-l', out, '-b', '1400', LOOPBACK, String(server.port)];
    expect(hashOf(await fetchWith('busybox', args, out))).toBe(hashOf(files['medium'] ?? Buffer.alloc(0)));
  });

  for (const windowsize of [1, 16]) {
    itNeeds('atftp')(`more than 65535 blocks, windowsize ${windowsize}`, async () => {
      const got = await atftp('rollover', { blksize: 512, windowsize });
      expect(got.length).toBe(files['rollover']?.length);
      expect(hashOf(got)).toBe(hashOf(files['rollover'] ?? Buffer.alloc(0)));
    });
  }

  itNeeds('atftp')('two hundred clients at once all get the whole file', async () => {
    await server.close();
    server = await startTftpServer({
      address: LOOPBACK,
      port: 0,
      root,
      sink: events,
      maxTransfersPerClient: 200,
    });
    const wanted = hashOf(files['medium'] ?? Buffer.alloc(0));
    const folder = join(top, 'crowd');
    mkdirSync(folder);
    const fetch = `atftp --option 'blksize 1468' --option 'windowsize 4' -g -r medium -l ${folder}/$i`;
    const script = `for i in $(seq 200); do ( ${fetch} ${LOOPBACK} ${server.port} || echo $i failed >&2 ) & done; wait`;
    const { stderr } = await run('sh', ['-c', script], { timeoutMs: 50_000 });
    const whole = Array.from({ length: 200 }, (_, index) => join(folder, String(index + 1))).filter(
      (path) => hashOf(readFileSync(path)) === wanted,
    );
    expect(whole, stderr.replaceAll(/Option .*\n/g, '')).toHaveLength(200);
    await events.wait('tftp.done', 200);
    expect(process.memoryUsage().rss).toBeLessThan(600 * 1024 * 1024);
  });

  for (const windowsize of [1, 8]) {
    itNeeds('atftp')(`a link that loses, doubles and swaps packets, windowsize ${windowsize}`, async () => {
      const link = new BadUdpLink({
        serverPort: server.port,
        loss: 0.01,
        duplication: 0.02,
        reordering: 0.02,
        seed: 7,
      });
      const port = await link.open();
      try {
        const got = await atftp('medium', { windowsize, blksize: 1024, timeout: 1 }, port);
        expect(hashOf(got)).toBe(hashOf(files['medium'] ?? Buffer.alloc(0)));
        expect(link.lost).toBeGreaterThan(0);
      } finally {
        link.close();
      }
    });
  }
});

describe('answers', () => {
  it('come from the address that was asked, from another port', async () => {
    const client = rawClient();
    client.ask('small');
    expect(await client.next()).toMatchObject({ opcode: 'data', block: 1 });
    expect(client.transferPort).not.toBe(server.port);
    client.ack(1);
    expect((await events.wait('tftp.done')).ip).toBe(LOOPBACK);
  });

  it('clamp the block size to the link and fill in the size', async () => {
    const client = rawClient();
    client.ask('small', { blksize: '9000', tsize: '0', windowsize: '300', foo: '1' });
    expect(await client.next()).toEqual({
      opcode: 'oack',
      options: [
        { name: 'blksize', value: '1468' },
        { name: 'tsize', value: '100' },
        { name: 'windowsize', value: '64' },
      ],
    });
  });

  it('see a size probe for what it is', async () => {
    const client = rawClient();
    client.ask('medium', { tsize: '0', blksize: '1468', windowsize: '4' });
    await client.next();
    client.send(encodeTftp({ opcode: 'error', code: 8, message: 'User aborted the transfer' }));
    const event = await events.wait('tftp.aborted');
    expect(event.detail).toMatchObject({ reason: 'size-probe', sentBytes: 0, path: 'medium' });
    expect(events.of('tftp.error')).toEqual([]);
  });

  it('tell a client that only looked from one that went in the middle', async () => {
    const looker = rawClient();
    looker.ask('medium');
    await looker.next();
    raws.splice(raws.indexOf(looker), 1)[0]?.socket.close();
    const aborted = await events.wait('tftp.aborted');
    expect(aborted.detail).toMatchObject({ reason: 'client-aborted', sentBytes: 0 });

    const leaver = rawClient();
    leaver.ask('medium', { timeout: '1' });
    await leaver.next();
    leaver.ack(0);
    await leaver.next();
    leaver.ack(1);
    await leaver.next();
    raws.splice(raws.indexOf(leaver), 1)[0]?.socket.close();
    const error = await events.wait('tftp.error');
    expect(error.detail).toMatchObject({ reason: 'client-gone', sentBytes: 512, retransmissions: 1 });
  });

  it('are repeated by timer, and never for a duplicate ACK', async () => {
    const client = rawClient();
    client.ask('medium', { timeout: '1' });
    await client.next();
    client.ack(0);
    expect(await client.next()).toMatchObject({ block: 1 });
    for (let i = 0; i < 5; i += 1) client.ack(0);
    const startedMs = Date.now();
    expect(await client.next()).toMatchObject({ block: 1 });
    expect(Date.now() - startedMs).toBeGreaterThan(800);
  });

  it('begin anew when a ROM asks again from the same port', async () => {
    const client = rawClient();
    client.ask('medium');
    expect(await client.next()).toMatchObject({ block: 1 });
    client.ack(1);
    expect(await client.next()).toMatchObject({ block: 2 });
    client.ask('small');
    const packet = await client.next();
    expect(packet).toMatchObject({ opcode: 'data', block: 1 });
    client.ack(1);
    expect((await events.wait('tftp.aborted')).detail).toMatchObject({
      reason: 'superseded',
      path: 'medium',
    });
  });

  it('suggest a near name for one that is not there', async () => {
    const client = rawClient();
    client.ask('snponly-x64.efi\xff');
    expect(await client.next()).toMatchObject({ opcode: 'error', code: 1 });
    expect((await events.wait('tftp.missing')).detail).toEqual({
      path: 'snponly-x64.efi',
      message: 'did you mean sub/snponly-x64.efi?',
    });
  });

  it.each(['../secret', '/../../../etc/passwd', 'out', 'sub', '..\\secret'])('refuse %s', async (name) => {
    const client = rawClient();
    client.ask(name);
    expect(await client.next()).toMatchObject({ opcode: 'error', code: 2 });
    expect((await events.wait('tftp.error')).detail).toMatchObject({ reason: 'access-denied' });
  });

  it('refuse writing, and modes that nobody has', async () => {
    const client = rawClient();
    const written = encodeTftp({ opcode: 'wrq', fileName: 'x\x1b[2J', mode: 'octet', options: [] });
    client.send(written, server.port);
    expect(await client.next()).toMatchObject({ opcode: 'error', code: 2 });
    client.ask('small', {}, 'mail');
    expect(await client.next()).toMatchObject({ opcode: 'error', code: 4 });
    const details = events.of('tftp.error').map((event) => event.detail);
    expect(details).toEqual([
      // what a client sends is shown on a terminal one day
      { reason: 'write-refused', path: 'x?[2J' },
      { reason: 'mode-refused', path: 'small', message: 'mode mail' },
    ]);
  });

  it('bound the transfers of one client', async () => {
    const clients = Array.from({ length: 16 }, rawClient);
    for (const client of clients) {
      client.ask('medium');
      expect(await client.next()).toMatchObject({ opcode: 'data', block: 1 });
      client.ack(1);
      expect(await client.next()).toMatchObject({ opcode: 'data', block: 2 });
    }
    const more = rawClient();
    more.ask('medium');
    expect(await more.next()).toMatchObject({ opcode: 'data', block: 1 });
    more.ack(1);
    expect(await more.next()).toMatchObject({
      opcode: 'error',
      message: expect.stringContaining('too many'),
    });
  });

  it('in its name that nobody acknowledges take nothing from it, not even what has just begun, and are hardly told of', async () => {
    const own = rawClient();
    own.ask('medium');
    for (let block = 1; block <= 3; block += 1) {
      expect(await own.next()).toMatchObject({ opcode: 'data', block });
      const forged = Array.from({ length: 100 }, rawClient);
      for (const client of forged) client.ask('medium');
      await Promise.all(forged.map((client) => client.next(20_000)));
      own.ack(block);
    }
    expect(await own.next()).toMatchObject({ opcode: 'data', block: 4 });
    for (const client of raws.splice(0)) if (client !== own) client.socket.close();
    raws.push(own);
    own.send(encodeTftp({ opcode: 'error', code: 0, message: 'enough' }));
    await expect.poll(() => events.events.at(-1)?.detail?.['message']).toContain('enough');
    expect(events.events.length).toBeLessThan(60);
  });

  it('wait after the first acknowledgement when all places are taken', async () => {
    await server.close();
    server = await startTftpServer({ address: LOOPBACK, port: 0, root, sink: events, maxTransfers: 1 });
    const [first, second] = [rawClient(), rawClient()];
    for (const client of [first, second]) {
      client.ask('even');
      expect(await client.next()).toMatchObject({ opcode: 'data', block: 1 });
      client.ack(1);
    }
    expect(await first.next()).toMatchObject({ opcode: 'data', block: 2 });
    await expect(second.next(300)).rejects.toThrow('no packet');
    first.ack(2);
    first.ack(3);
    expect(await second.next()).toMatchObject({ opcode: 'data', block: 2 });
  });
});

describe('a file in mid-transfer', () => {
  it('that becomes shorter ends with an ERROR and an event', async () => {
    writeFileSync(join(root, 'shrinks'), randomBytes(2_000_000));
    const client = rawClient();
    client.ask('shrinks', { blksize: '1024' });
    await client.next();
    client.ack(0);
    await client.next();
    truncateSync(join(root, 'shrinks'), 1000);
    let packet: TftpPacket = { opcode: 'data', block: 1, data: new Uint8Array() };
    while (packet.opcode === 'data') {
      client.ack(packet.block);
      packet = await client.next();
    }
    expect(packet).toMatchObject({ opcode: 'error', message: 'the file changed while it was read' });
    expect((await events.wait('tftp.error')).detail).toMatchObject({
      reason: 'file-changed',
      path: 'shrinks',
    });
  });

  it('that is removed still arrives whole: it is open', async () => {
    const content = randomBytes(600_000);
    writeFileSync(join(root, 'vanishes'), content);
    const client = rawClient();
    client.ask('vanishes', { blksize: '1024' });
    await client.next();
    unlinkSync(join(root, 'vanishes'));
    client.ack(0);
    const parts: Uint8Array[] = [];
    for (;;) {
      const packet = await client.next();
      if (packet.opcode !== 'data') throw new Error(JSON.stringify(packet));
      parts.push(packet.data);
      client.ack(packet.block);
      if (packet.data.length < 1024) break;
    }
    expect(Buffer.concat(parts).equals(content)).toBe(true);
  });
});

describe('hostile packets', () => {
  it('change nothing for others, and are told of in bounded number', async () => {
    const client = rawClient();
    for (let i = 0; i < 500; i += 1) client.send(randomBytes(1 + (i % 300)), server.port);
    for (let code = 0; code < 8; code += 1) {
      client.send(Buffer.concat([Buffer.from([0, code]), randomBytes(40)]), server.port);
      client.send(Buffer.from([0, code]), server.port);
      client.send(Buffer.concat([Buffer.from([0, code]), Buffer.alloc(8000, 'a')]), server.port);
    }
    const good = rawClient();
    good.ask('small');
    expect(await good.next()).toMatchObject({ opcode: 'data', block: 1 });
    good.send(randomBytes(50));
    good.send(Buffer.from([0, 4]));
    good.ack(1);
    await events.wait('tftp.done');
    expect(events.of('tftp.error').length).toBeLessThanOrEqual(20);
  });

  it('from a stranger do not end a transfer', async () => {
    const client = rawClient();
    client.ask('medium');
    await client.next();
    const stranger = rawClient();
    stranger.send(encodeTftp({ opcode: 'error', code: 0, message: 'stop' }), client.transferPort);
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.ack(1);
    expect(await client.next()).toMatchObject({ opcode: 'data', block: 2 });
  });
});

describe('startTftpServer', () => {
  it('says who holds the port', async () => {
    const options = { address: LOOPBACK, port: server.port, root, sink: events };
    await expect(startTftpServer(options)).rejects.toMatchObject({
      code: 'E_PORT_IN_USE',
      message: expect.stringContaining(String(process.pid)),
    });
  });

  it('frees the port on close, and tells running clients', async () => {
    const client = rawClient();
    client.ask('medium');
    await client.next();
    const { port } = server;
    await server.close();
    expect(await client.next()).toMatchObject({ opcode: 'error', message: 'the server is stopping' });
    server = await startTftpServer({ address: LOOPBACK, port, root, sink: events });
    expect(server.port).toBe(port);
  });
});
