import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { run, runOrThrow } from '../../src/platform/processes.ts';
import { start } from '../../src/platform/long-running.ts';
import { itNeeds } from '../support/external-tool.ts';
import {
  makeFolder,
  makePrivateNetwork,
  pxectl,
  pxectlCommand,
  type PrivateNetwork,
} from '../support/pxectl-process.ts';

let network: PrivateNetwork;
let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeAll(async () => {
  network = await makePrivateNetwork();
  const ip = (...args: string[]) => runOrThrow('ip', ['-n', network.namespace, ...args]);
  await ip('link', 'add', 'lab0', 'type', 'bridge');
  await ip('address', 'add', '172.17.0.1/16', 'dev', 'lab0');
  // nobody is asked about it
  await ip('link', 'add', 'docker0', 'type', 'bridge');
  await ip('address', 'add', '172.18.0.1/16', 'dev', 'docker0');
});
afterAll(() => network.destroy());
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.remove());

const init = (...args: string[]) => pxectl(['init', ...args], { cwd: folder.path, network });
const config = () => readFile(join(folder.path, 'pxectl.yaml'), 'utf8');

describe('the modes that lease addresses', () => {
  it.each(['pxe-only', 'full'])(
    'init --mode %s proposes a range and says that it is assumed',
    async (mode) => {
      const { exitCode, stderr } = await init('--mode', mode);
      expect(exitCode).toBe(0);
      expect(stderr).toContain('assumed  nothing else uses or leases 192.168.1.200-192.168.1.220');
      const text = await config();
      expect(text).toContain(`mode: ${mode}\n  range: 192.168.1.200-192.168.1.220\n`);
      expect(text).toMatch(/^ {2}router: 192\.168\.1\.1$/m);
      expect(text).toMatch(/^ {2}(?:# )?nameServers: \[/m);
    },
  );

  itNeeds(
    'root',
    'ip',
    'dnsmasq',
  )('take the router that a DHCP server offers, where this computer has none', async () => {
    const own = await makePrivateNetwork();
    const router = `${own.namespace}-router`;
    onTestFinished(async () => {
      await run('ip', ['netns', 'del', router]);
      await own.destroy();
    });
    const ip = (...args: string[]) => runOrThrow('ip', args);
    await ip('netns', 'add', router);
    await ip('-n', own.namespace, 'route', 'del', 'default');
    await ip('-n', own.namespace, 'link', 'set', 'far', 'netns', router);
    await ip('-n', router, 'address', 'add', '192.168.1.1/24', 'dev', 'far');
    await ip('-n', router, 'link', 'set', 'far', 'up');
    const dnsmasq = start('ip', [
      ...['netns', 'exec', router, 'dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null', '--user=root'],
      ...['--port=0', '--interface=far', '--bind-interfaces', '--no-ping', '--log-facility=-', '--pid-file'],
      ...['--dhcp-range=192.168.1.100,192.168.1.120', '--dhcp-option=3,192.168.1.254'],
      ...['--dhcp-option=6,192.168.1.253', `--dhcp-leasefile=${join(folder.path, 'leases')}`],
    ]);
    onTestFinished(() => dnsmasq.kill('SIGTERM'));
    const sockets = async () => (await run('ip', ['netns', 'exec', router, 'cat', '/proc/net/udp'])).stdout;
    await expect.poll(sockets, { timeout: 20_000 }).toContain(':0043');

    const args = ['init', '--interface', 'eno1', '--mode', 'full', '--yes'];
    const { exitCode, stderr } = await pxectl(args, { cwd: folder.path, network: own });
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain('router 192.168.1.254, which 192.168.1.1 offers');
    expect(await config()).toMatch(/^ {2}router: 192\.168\.1\.254$/m);
  });

  it('takes the range that it is given, and assumes nothing of it', async () => {
    const { exitCode, stderr } = await init('--mode', 'full', '--range', '192.168.1.60-192.168.1.69');
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain('nothing else uses');
    expect(await config()).toContain('range: 192.168.1.60-192.168.1.69');
  });

  it('refuses a range that cannot be, and writes nothing', async () => {
    const wrong = await init('--mode', 'full', '--range', '10.0.0.1-10.0.0.9');
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain('pxectl.yaml is not written: network.range is "10.0.0.1-10.0.0.9"');
    expect((await init('--range', '192.168.1.60-192.168.1.69')).stderr).toContain('pxe-only and full');
    expect(await readdir(folder.path)).toEqual([]);
  });
});

describe('the question which interface', () => {
  /** Runs init on a terminal, types one of `keys` (as printf writes them) at each question; screen and exit code. */
  async function typed(...keys: string[]): Promise<{ readonly exitCode: number; readonly screen: string }> {
    const [file, args] = pxectlCommand(['init'], network);
    const screen = join(folder.path, 'screen');
    const asked = `grep -o 'Which interface' "$1" 2>/dev/null | wc -l`;
    const answers = keys.map(
      (key, index) => `until [ "$(${asked})" -gt ${index} ]; do sleep 0.1; done; printf '${key}'; `,
    );
    const script = `(${answers.join('')} sleep 1) | script -qefc "$2" "$1"`;
    const command = [file, ...args].join(' ');
    const result = await run('bash', ['-o', 'pipefail', '-c', script, 'bash', screen, command], {
      cwd: folder.path,
      timeoutMs: 30_000,
      env: { PXECTL_CONFIG: '' },
    });
    return { exitCode: result.exitCode, screen: result.stdout };
  }

  it('is asked again until the answer is one of them', async () => {
    const { exitCode, screen } = await typed('eth7\\n', 'lab0\\n');
    expect(exitCode).toBe(0);
    expect(screen.match(/Which interface are the machines on\? eno1, lab0 \[eno1\]/g)).toHaveLength(2);
    expect(await config()).toContain('interface: lab0');
  });

  it.each([
    ['^C', '\\003'],
    ['^D', '\\004'],
  ])('ends at %s with 130, writes nothing and is no bug', async (_name, keys) => {
    const { exitCode, screen } = await typed(keys);
    expect(screen).not.toContain('bug in pxectl');
    expect(exitCode).toBe(130);
    expect(await readdir(folder.path)).toEqual(['screen']);
  });
});
