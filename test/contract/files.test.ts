import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_NAMES, type EngineName } from '../../src/model/config.ts';
import type { ProcessResult } from '../../src/platform/processes.ts';
import {
  createEngineLab,
  whySkipped,
  type EngineLab,
  type EngineUnderTest,
} from '../support/engine/engine-lab.ts';
import { hasTool } from '../support/external-tool.ts';
import { configText, TEST_IMAGE } from '../support/engine/prepare-state.ts';

/** The built-in one first: the others are held to it. */
const ENGINES = ENGINE_NAMES.toReversed();
const skips = new Map<EngineName, string | undefined>();
for (const engine of ENGINES) skips.set(engine, await whySkipped(engine));
const isRunnable = (engine: EngineName): boolean => skips.get(engine) === undefined;

const KERNEL = `images/${TEST_IMAGE}/linux`;
/** a multiple of 512 and of 1024: the transfer ends with an empty block */
const KERNEL_BYTES = 204_800;
const INITRD_BYTES = 300_001;
const URL = 'http://192.168.1.50:8080';

describe.skipIf(!isRunnable('builtin'))('file contract', () => {
  let lab: EngineLab;
  beforeAll(async () => {
    lab = await createEngineLab({
      yaml: configText(),
      withDocker: isRunnable('docker'),
      sizes: { kernelBytes: KERNEL_BYTES, initrdBytes: INITRD_BYTES },
    });
  }, 120_000);
  afterAll(() => lab?.destroy(), 60_000);

  const sha256Of = async (path: string): Promise<string> =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  const inClient = (file: string, ...args: string[]): Promise<ProcessResult> =>
    lab.lan.execIn('client', file, args, { timeoutMs: 30_000, cwd: lab.folder });

  describe.each(ENGINES.filter(isRunnable))('%s', (name) => {
    let engine: EngineUnderTest;
    beforeAll(async () => {
      engine = await lab.startEngine(name, { checks: false });
      await engine.ready();
    }, 60_000);
    afterAll(() => engine?.stop());

    const CLIENTS: Readonly<Record<string, (remote: string, local: string) => string[]>> = {
      curl: (remote, local) => ['curl', '-sS', '-o', local, `tftp://192.168.1.50/${remote}`],
      'curl with blksize 1428': (remote, local) => [
        ...['curl', '-sS', '--tftp-blksize', '1428', '-o', local, `tftp://192.168.1.50/${remote}`],
      ],
      atftp: (remote, local) => ['atftp', '--get', '-r', remote, '-l', local, '192.168.1.50'],
      'atftp with blksize 1468 and tsize': (remote, local) => [
        ...['atftp', '--option', 'blksize 1468', '--option', 'tsize 0', '--get', '-r', remote, '-l', local],
        '192.168.1.50',
      ],
      tftp: (remote, local) => ['tftp', '-m', 'binary', '192.168.1.50', '-c', 'get', remote, local],
      busybox: (remote, local) => ['busybox', 'tftp', '-g', '-r', remote, '-l', local, '192.168.1.50'],
      'busybox with blksize 1024': (remote, local) => [
        ...['busybox', 'tftp', '-b', '1024', '-g', '-r', remote, '-l', local, '192.168.1.50'],
      ],
    };

    describe.each(Object.keys(CLIENTS))('TFTP with %s', (client) => {
      const isMissing = !hasTool(client.split(' ')[0] ?? '');
      if (isMissing && process.env['CI'] === 'true') throw new Error(`${client} is not installed`);

      it.skipIf(isMissing)('gives whole files, also when the last block is empty', async () => {
        for (const remote of [KERNEL, `images/${TEST_IMAGE}/initrd.gz`, 'pxelinux.cfg/default']) {
          const local = join(lab.folder, `got-${name}`);
          const [file = '', ...args] = CLIENTS[client]?.(remote, local) ?? [];
          const result = await inClient(file, ...args);
          expect(result.stderr.includes('rror') ? result.stderr : '').toBe('');
          expect(await sha256Of(local), remote).toBe(await sha256Of(join(lab.layout.tftpRoot, remote)));
        }
      });

      it.skipIf(isMissing)('says that there is no such file', async () => {
        const [file = '', ...args] = CLIENTS[client]?.('nothing/here.efi', join(lab.folder, 'none')) ?? [];
        const result = await inClient(file, ...args);
        // tftp-hpa and atftp end with 0 or 1 depending on the version: their words tell
        const words = `${result.stdout}${result.stderr}`;
        expect(result.exitCode !== 0 || /not found/i.test(words)).toBe(true);
      });
    });

    it.each(['../../../pxectl.yaml', '/etc/passwd', 'pxelinux.cfg/../../../../pxectl.yaml'])(
      'TFTP serves nothing outside its folder: %s',
      async (path) => {
        const result = await inClient('busybox', 'tftp', '-g', '-r', path, '-l', '/dev/null', '192.168.1.50');
        expect(result.exitCode).not.toBe(0);
      },
    );

    it('TFTP takes no uploads', async () => {
      const result = await inClient(
        'busybox',
        'tftp',
        '-p',
        '-l',
        '/etc/hostname',
        '-r',
        'upload',
        '192.168.1.50',
      );
      expect(result.exitCode).not.toBe(0);
    });

    const curl = async (...args: string[]): Promise<string> =>
      (await inClient('curl', '-sS', ...args)).stdout;
    const statusOf = (path: string, ...args: string[]): Promise<string> =>
      curl('-o', '/dev/null', '-w', '%{http_code} %{size_download}', ...args, `${URL}${path}`);

    it('HTTP gives whole files, parts and heads', async () => {
      const local = join(lab.folder, `http-${name}`);
      await curl('-o', local, `${URL}/${KERNEL}`);
      expect(await sha256Of(local)).toBe(await sha256Of(join(lab.layout.httpRoot, KERNEL)));
      expect(await statusOf(`/${KERNEL}`, '-r', '100-299')).toBe('206 200');
      expect(await statusOf(`/${KERNEL}`, '-r', '-50')).toBe('206 50');
      expect(await statusOf(`/${KERNEL}`, '-r', `${KERNEL_BYTES}-`)).toMatch(/^416 /);
      const head = await curl('--head', `${URL}/${KERNEL}`);
      expect(head).toMatch(/^HTTP\/1\.1 200 OK/);
      expect(head).toMatch(new RegExp(`^Content-Length: ${KERNEL_BYTES}\\r$`, 'm'));
      expect(head).toMatch(/^Accept-Ranges: bytes\r$/m);
    });

    it('HTTP names a loader as UEFI wants it', async () => {
      const head = await curl('--head', `${URL}/loaders/ipxe/snponly-x64.efi`);
      expect(head).toMatch(/^Content-Type: application\/efi\r$/im);
    });

    it('HTTP refuses what is not there, what is outside, listings and uploads', async () => {
      expect(await statusOf('/nothing')).toMatch(/^404 /);
      expect(await statusOf('/images/')).toMatch(/^(403|404) /);
      expect(await statusOf('/../../pxectl.yaml', '--path-as-is')).toMatch(/^(400|403|404) /);
      expect(await statusOf('/%2e%2e/%2e%2e/pxectl.yaml', '--path-as-is')).toMatch(/^(400|403|404) /);
      expect(await statusOf(`/${KERNEL}`, '-X', 'PUT', '-d', 'x')).toMatch(/^(403|405) /);
    });

    it('HTTP lets pxectl answer for machines: a seed nobody has is not found, and a report is taken', async () => {
      expect(await statusOf('/seed/f4-4d-30-00-00-99/preseed.cfg')).toMatch(/^404 /);
      const report = await statusOf('/report/f4-4d-30-00-00-99', '-d', 'partitioning');
      // the client's own MAC is another one: pxectl must have seen the client's address and not nginx's
      expect(report).toMatch(/^403 /);
    });
  });
});
