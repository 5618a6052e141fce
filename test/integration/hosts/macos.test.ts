import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { run } from '../../../src/platform/processes.ts';
import { writeCasperIso } from '../../support/casper-iso.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { makeFolder } from '../../support/pxectl-process.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const AS_MACOS = join(REPOSITORY, 'test', 'support', 'as-macos.mjs');
let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeAll(async () => {
  folder = await makeFolder();
  await prepareState(folder.path, configText());
});
afterAll(() => folder.remove());

/** Without /proc, without the programs of a Debian, and with what Node says on a Mac. */
function onMac(...args: string[]) {
  const hide = 'mount -t tmpfs tmpfs /proc; mount -t tmpfs tmpfs /usr/sbin; exec "$@"';
  const program = [process.execPath, '--import', AS_MACOS, join(REPOSITORY, 'bin', 'pxectl.js'), ...args];
  return run('unshare', ['-m', 'sh', '-c', hide, 'sh', 'env', 'PATH=/nonexistent', ...program], {
    cwd: folder.path,
    env: { NO_COLOR: '1', PXECTL_CONFIG: '', COLUMNS: '100' },
    timeoutMs: 60_000,
  });
}

const it = itNeeds('root', 'unshare');

describe('on macOS', () => {
  it('doctor reads codes, logs and configurations of others', async () => {
    const code = await onMac('doctor', 'PXE-E21 : Remote boot canceled');
    expect([code.exitCode, code.stdout]).toEqual([expect.any(Number), expect.stringContaining('PXE-E21')]);
    await writeFile(
      join(folder.path, 'dnsmasq.conf'),
      'dhcp-range=192.168.1.0,proxy\npxe-service=x86PC,"Boot",pxelinux\n',
    );
    const conf = await onMac('doctor', '--config', 'dnsmasq.conf');
    expect(conf.stdout).toContain('no-boot-service-for-arch');
  });

  it('doctor judges no Mac as if it were the computer that serves', async () => {
    const { stdout } = await onMac('doctor');
    expect(stdout).toMatch(/\? network interface and address +not checked: .*macOS/);
    expect(stdout).not.toContain('✖ network interface');
  });

  it('fetch takes an ISO, and images checks what is stored', async () => {
    writeCasperIso(join(folder.path, 'own.iso'));
    const fetched = await onMac('fetch', 'own.iso', '--offline');
    expect([fetched.exitCode, fetched.stderr]).toEqual([0, expect.stringContaining('ubuntu-20.04.3')]);
    expect((await onMac('images', 'verify')).exitCode).toBe(0);
  });

  it('render and export write what a Linux serves', async () => {
    expect((await onMac('render', '--for', 'uefi-x64')).exitCode).toBe(0);
    expect((await onMac('render', '--out', 'files')).exitCode).toBe(0);
    expect(await readdir(join(folder.path, 'files'))).not.toEqual([]);
    expect((await onMac('export', 'compose')).exitCode).toBe(0);
  });

  it.each(['up', 'up alpine-3.22', 'up --detach', 'lab run'])(
    '%s says in one line why not, and what does, before it changes anything',
    async (words) => {
      const before = await readdir(join(folder.path, '.pxectl', 'images'));
      const { exitCode, stdout, stderr } = await onMac(...words.split(' '));
      expect([exitCode, stdout]).toEqual([4, '']);
      expect(stderr).toMatch(/^error: pxectl (up|lab run) works on Linux, and this is macOS\n/);
      expect(stderr).toContain('on a small Linux computer');
      expect(stderr.split('\n').slice(0, -1)).toHaveLength(4);
      expect(await readdir(join(folder.path, '.pxectl', 'images'))).toEqual(before);
    },
  );
});
