import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import {
  createNamespace,
  ipIn,
  namespaceName,
  newLabId,
  removeNamespaces,
} from '../../../src/lab/namespaces.ts';
import { readTemplate } from '../../../src/platform/packaged-files.ts';
import { type LongRunning, start } from '../../../src/platform/long-running.ts';
import { run } from '../../../src/platform/processes.ts';
import { CHANNEL_SOCKET, renderNginxConfig } from '../../../src/render/nginx-config.ts';
import { hasTool, itNeeds } from '../../support/external-tool.ts';
import { PLAIN_CONFIG, sampleContext } from '../../unit/render/sample-context.ts';

const BASE = 'http://192.168.1.50:8080';
const context = sampleContext(PLAIN_CONFIG);
const space = namespaceName(newLabId(), 'web');
const needsAll = itNeeds('root', 'nginx', 'ip', 'curl');
const isReady = process.getuid?.() === 0 && ['nginx', 'ip', 'curl'].every(hasTool);
let folder = '';
let nginx: LongRunning | undefined;
let backend: LongRunning | undefined;

/** The pxectl process, as far as nginx sees it: it says who asked, before it has read anything, and of /report/held nothing. */
const BACKEND = `require('node:http').createServer((q, r) => q.url === '/report/held' || r.end(q.url + ' for ' + q.headers['x-real-ip']))
  .listen('${CHANNEL_SOCKET}', () => console.log('ready'))`;

/** Connections whose header never ends, which nginx counts for no address, made again when they are closed. */
const HALF_HEADERS = `let count = 0;
  const open = () => require('node:net').connect(8080, '192.168.1.50').on('error', () => {}).on('close', open)
    .on('connect', function () { this.write('GET / HTTP/1.1\\r\\nX: '); if (++count === 2600) setTimeout(console.log, 1500, 'made') });
  for (let i = 0; i < 2600; i++) open()`;

/** A report that announces a mebibyte and never sends the end of it: how it is answered. */
const HALF_BODY = `const socket = require('node:net').connect(8080, '192.168.1.50');
  socket.write('POST /report/52-54-00-00-00-01/progress HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1048576\\r\\n\\r\\n');
  socket.write('x'.repeat(300000));
  socket.once('data', (bytes) => { console.log(String(bytes).split('\\r')[0]); process.exit() })`;

/** So many connections that send this, and what they have been answered when as many as are awaited have been. */
const ASK_AND_WAIT = `const [text, count, awaited] = process.argv.slice(1);
  const answers = {};
  let answered = 0;
  for (let i = 0; i < count; i++) {
    const socket = require('node:net').connect(8080, '192.168.1.50', () => socket.write(text));
    socket.on('error', () => {}).once('data', (bytes) => {
      const status = String(bytes).slice(9, 12);
      answers[status] = (answers[status] ?? 0) + 1;
      if (++answered === Number(awaited)) console.log(JSON.stringify(answers));
    });
  }`;

const inside = (program: string, ...args: string[]) => ['netns', 'exec', space, program, ...args];

beforeAll(async () => {
  if (!isReady) return;
  // a space in the path, and more than a socket address has room for: the folder is the user's choice
  folder = await mkdtemp(join(tmpdir(), `pxectl nginx ${'deep '.repeat(25)}`));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'serve/http/loaders/ipxe'), { recursive: true });
  for (const name of ['nginx', 'channel']) await mkdir(join(folder, 'run', name), { recursive: true });
  await writeFile(join(folder, 'serve/http/boot.ipxe'), '#!ipxe\n');
  await writeFile(join(folder, 'serve/http/big.iso'), Buffer.alloc(3_000_000, 'x'));
  await writeFile(join(folder, 'serve/http/loaders/ipxe/snponly-x64.efi'), 'MZ');
  await writeFile(join(folder, 'secret'), 'secret');
  await symlink('../../secret', join(folder, 'serve/http/link'));
  await writeFile(
    join(folder, 'run/nginx.conf'),
    renderNginxConfig(context, readTemplate, { stateRoot: folder, hasChannel: true, user: 'root' }),
  );
  await createNamespace(space);
  for (const host of [50, 51]) await ipIn(space, ['addr', 'add', `192.168.1.${host}/24`, 'dev', 'lo']);
  const cwd = join(folder, 'run');
  nginx = start('ip', inside('nginx', '-e', 'stderr', '-g', 'daemon off;', '-c', `${cwd}/nginx.conf`), {
    cwd,
  });
  backend = start('ip', inside(process.execPath, '-e', BACKEND), { cwd });
  await new Promise<void>((resolve) => backend?.onLine((line) => line === 'ready' && resolve()));
  await curl('--retry', '50', '--retry-connrefused', '--retry-delay', '1', `${BASE}/boot.ipxe`);
});

afterAll(async () => {
  if (!isReady) return;
  nginx?.kill('SIGQUIT');
  await nginx?.ended;
  await removeNamespaces([space], []);
  await backend?.ended;
  await rm(folder, { recursive: true, force: true });
});

async function curl(...args: string[]): Promise<string> {
  return (await run('ip', inside('curl', '-sS', '--max-time', '5', ...args), { timeoutMs: 10_000 })).stdout;
}

/** Holds connections that have sent this until enough of them are answered; what they were, and what a client saw meanwhile. */
async function whileHeld<T>(
  text: string,
  counts: { readonly connections: number; readonly answered: number },
  look: () => Promise<T>,
): Promise<{ answers: unknown; seen: T }> {
  const words = [text, String(counts.connections), String(counts.answered)];
  const holder = start('ip', inside(process.execPath, '-e', ASK_AND_WAIT, ...words));
  try {
    const line = await new Promise<string>((resolve) => holder.onLine(resolve));
    return { answers: JSON.parse(line), seen: await look() };
  } finally {
    holder.kill();
    await holder.ended;
  }
}

describe('nginx with the rendered file', () => {
  needsAll('accepts it', async () => {
    const result = await run(
      'ip',
      inside('nginx', '-t', '-e', 'stderr', '-c', join(folder, 'run/nginx.conf')),
    );
    expect(result.stderr).toContain('test is successful');
    expect(result.stderr).not.toContain('warn');
  });

  needsAll('serves files, passes on what changes per machine, and logs each request', async () => {
    const status = (...args: string[]): Promise<string> =>
      curl('-o', '/dev/null', '-w', '%{http_code}', ...args);
    const head = await curl('-I', `${BASE}/loaders/ipxe/snponly-x64.efi`);
    expect(head).toMatch(/^content-type: application\/efi\r$/im);
    expect(head).toMatch(/^content-length: 2\r$/im);
    expect(await curl('-A', 'UefiHttpBoot/1.0', '-r', '10-19', `${BASE}/big.iso`)).toBe('x'.repeat(10));
    expect(await curl(`${BASE}/seed/52-54-00-00-00-01/user-data`)).toBe(
      '/seed/52-54-00-00-00-01/user-data for 192.168.1.50',
    );
    expect(await curl('-d', '{}', `${BASE}/report/52-54-00-00-00-01`)).toContain('/report/');
    expect(await curl(`${BASE}/api/status`)).toContain('/api/status');
    expect(await status(`${BASE}/nothing`)).toBe('404');
    expect(await status(`${BASE}/link`)).toBe('403');
    expect(await status('--path-as-is', `${BASE}/../../secret`)).toBe('400');
    expect(await status(`${BASE}/loaders/`)).toBe('403');
    expect(await status('-X', 'PUT', '-d', 'x', `${BASE}/boot.ipxe`)).toBe('403');

    const log = await readFile(join(folder, 'run/nginx/nginx-access.jsonl'), 'utf8');
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.find(({ uri }) => uri === '/big.iso')).toMatchObject({
      ip: '192.168.1.50',
      method: 'GET',
      status: 206,
      sentBytes: 10,
      userAgent: 'UefiHttpBoot/1.0',
      range: 'bytes=10-19',
    });
    // a path may show the token of an order, and whoever answers tells of it
    expect(log).not.toMatch(/seed|report|api/);
    expect(
      lines.every(
        ({ time, durationSeconds }) =>
          !Number.isNaN(Date.parse(String(time))) && durationSeconds !== undefined,
      ),
    ).toBe(true);
  });

  // whoever may send one is known to pxectl alone, and the disk is everybody's
  needsAll('keeps no body that pxectl has not asked for', async () => {
    const { stdout } = await run('ip', inside(process.execPath, '-e', HALF_BODY), { timeoutMs: 10_000 });
    expect(stdout.trim()).toBe('HTTP/1.1 200 OK');
  });

  needsAll('serves while a host holds thousands of connections without a whole header', async () => {
    const holder = start('ip', inside(process.execPath, '-e', HALF_HEADERS));
    try {
      await new Promise<void>((resolve) => holder.onLine((line) => line === 'made' && resolve()));
      // a loader that is cut off does not try again
      const urls = Array.from({ length: 40 }, () => `${BASE}/boot.ipxe`);
      expect(await curl('-H', 'Connection: close', ...urls)).toBe('#!ipxe\n'.repeat(urls.length));
    } finally {
      holder.kill();
      await holder.ended;
    }
  });

  needsAll('gives an address some places for what pxectl answers, and others for files', async () => {
    const begun = 'POST /report/held HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx';
    const { answers, seen } = await whileHeld(begun, { connections: 20, answered: 4 }, () =>
      Promise.all([
        curl(`${BASE}/boot.ipxe`),
        curl('-w', '%{http_code}', '-o', '/dev/null', `${BASE}/seed/x`),
        curl('--interface', '192.168.1.51', `${BASE}/seed/x`),
      ]),
    );
    expect(answers).toEqual({ 503: 4 });
    expect(seen).toEqual(['#!ipxe\n', '503', '/seed/x for 192.168.1.51']);
  });

  needsAll('passes on so many requests of an address in a time, and all of another', async () => {
    const ask = async (from: string, count: number): Promise<string[]> => {
      const args = ['--interface', from, '-w', '%{http_code}\\n', `${BASE}/report/x?[1-${count}]`];
      const text = await curl(...args);
      return text.match(/\d{3}$/gm) ?? [];
    };
    const statuses = await ask('192.168.1.51', 400);
    expect(statuses.filter((status) => status === '200').length).toBeGreaterThanOrEqual(100);
    expect(statuses).toContain('503');
    expect(await ask('192.168.1.50', 1)).toEqual(['200']);
  });

  needsAll('ends a header that is longer than any loader sends', async () => {
    const begun = `GET /boot.ipxe HTTP/1.1\r\nHost: x\r\n${`X: ${'x'.repeat(3000)}\r\n`.repeat(4)}`;
    const { answers } = await whileHeld(begun, { connections: 1, answered: 1 }, async () => undefined);
    expect(answers).toEqual({ 400: 1 });
  });

  needsAll('goes on serving files when the pxectl process is gone', async () => {
    backend?.kill();
    await backend?.ended;
    expect(await curl('-o', '/dev/null', '-w', '%{http_code}', `${BASE}/seed/x/y`)).toBe('502');
    expect(await curl(`${BASE}/boot.ipxe`)).toBe('#!ipxe\n');
  });
});
