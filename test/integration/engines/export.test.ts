import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LongRunning, start } from '../../../src/platform/long-running.ts';
import { findProgram, run } from '../../../src/platform/processes.ts';
import { exposure } from '../../support/systemd-exposure.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { makePrivateNetwork, type PrivateNetwork } from '../../support/pxectl-process.ts';

async function missing(...names: string[]): Promise<string[]> {
  const found = await Promise.all(names.map((name) => findProgram(name)));
  const absent = names.filter((_, index) => found[index] === undefined);
  if (absent.length > 0 && process.env['CI'] === 'true')
    throw new Error(`these tests need ${absent.join(', ')}`);
  return absent;
}

const withoutCompose = await missing('docker-compose');
const withoutSystemd = await missing('systemd-analyze', 'dnsmasq', 'nginx');

/** As systemd starts it: DynamicUser, StateDirectory, BindReadOnlyPaths and AmbientCapabilities. */
function startAsUnit(unit: string, network: PrivateNetwork): LongRunning {
  const all = (key: string) =>
    Array.from(unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm')), ([, value = '']) => value);
  const state = `/var/lib/${all('StateDirectory')[0]}`;
  const kept = (all('AmbientCapabilities')[0] ?? '').split(' ').filter((word) => word !== '');
  const capabilities = ['-all', ...kept.map((word) => word.toLowerCase().replace('cap_', '+'))].join();
  const user = '--reuid 65530 --regid 65530 --clear-groups --no-new-privs';
  const script = [
    'set -e',
    ...['/run', '/var/lib'].map((path) => `mount -t tmpfs -o mode=755 tmpfs ${path}`),
    `mkdir ${state} && chown 65530:65530 ${state}`,
    ...all('BindReadOnlyPaths').map((pair) => {
      const [source = '', target = ''] = pair.split(':');
      return `mkdir -p ${target} && mount --rbind ${source} ${target}`;
    }),
    `exec setpriv ${user} --bounding-set=${capabilities} --inh-caps=${capabilities} --ambient-caps=${capabilities} ${all('ExecStart')[0]}`,
  ].join('\n');
  const inside = ['netns', 'exec', network.namespace, 'unshare', '--mount', '--propagation', 'private'];
  return start('ip', [...inside, 'sh', '-c', script]);
}

describe('pxectl export', () => {
  let folder: string;
  let configPath: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pxectl-export-'));
    ({ configPath } = await prepareState(folder, configText()));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const pxectl = (...args: string[]) => {
    const code = "const { main } = await import('./src/cli/main.ts'); await main(process.argv);";
    const node = ['--import', 'tsx', '--input-type=module', '--eval', code, '--', 'pxectl'];
    return run(process.execPath, [...node, ...args, '--config', configPath]);
  };

  it('writes compose files, and names them on stdout', async () => {
    const result = await pxectl('export', 'compose', '--out', join(folder, 'compose'));
    expect(result.stderr).toContain('next: docker compose --file');
    expect(result.exitCode).toBe(0);
    expect(
      result.stdout
        .trim()
        .split('\n')
        .map((path) => path.slice(folder.length)),
    ).toEqual([
      '/compose/compose.yaml',
      '/compose/Dockerfile',
      '/compose/config/dnsmasq.conf',
      '/compose/config/nginx.conf',
    ]);
  });

  it.skipIf(withoutCompose.length > 0)('docker-compose accepts them', async () => {
    const result = await run('docker-compose', ['--file', join(folder, 'compose', 'compose.yaml'), 'config']);
    expect(result.stderr).toBe('');
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toContain('network_mode: host');
  });

  it.skipIf(withoutSystemd.length > 0)(
    'systemd-analyze and the servers themselves accept the units',
    async () => {
      const out = join(folder, 'systemd');
      expect((await pxectl('export', 'systemd', '--out', out)).exitCode).toBe(0);
      const units = ['pxectl-dnsmasq.service', 'pxectl-nginx.service'].map((name) => join(out, name));
      const verified = await run('systemd-analyze', ['verify', '--man=no', ...units]);
      expect(verified.stderr).toBe('');
      expect(verified.exitCode).toBe(0);
      for (const unit of units) expect(await exposure(unit), unit).toBeLessThan(3);
      const start = /^ExecStart=(.*)$/m.exec(await readFile(units[0] ?? '', 'utf8'))?.[1] ?? '';
      const conf = '/run/pxectl-dnsmasq/config/dnsmasq.conf';
      expect(start).toBe(`/usr/sbin/dnsmasq --keep-in-foreground --conf-file=${conf} --pid-file=`);
      expect((await run('dnsmasq', ['--test', `--conf-file=${out}/dnsmasq.conf`])).exitCode).toBe(0);
      const nginx = await run('nginx', ['-t', '-c', join(out, 'nginx.conf')]);
      expect(nginx.stderr).toContain('syntax is ok');
    },
  );

  it.skipIf(withoutSystemd.length > 0)('the units serve a project that is closed to their user', async () => {
    const network = await makePrivateNetwork();
    const programs: LongRunning[] = [];
    try {
      await writeFile(configPath, configText().replace('br0', 'eno1'));
      await chmod(folder, 0o700);
      const out = join(folder, 'systemd');
      expect((await pxectl('export', 'systemd', '--out', out)).exitCode).toBe(0);
      for (const name of ['dnsmasq', 'nginx']) {
        programs.push(startAsUnit(await readFile(join(out, `pxectl-${name}.service`), 'utf8'), network));
      }
      const curl = async (url: string): Promise<string> =>
        (await run('ip', ['netns', 'exec', network.namespace, 'curl', '-s', '--max-time', '5', url])).stdout;
      const scripts = ['tftp://192.168.1.50/autoexec.ipxe', 'http://192.168.1.50:8080/boot.ipxe'];
      for (const url of scripts) await expect.poll(() => curl(url), { timeout: 30_000 }).toContain('#!ipxe');
      expect(await curl('http://192.168.1.50:8080/seed/52-54-00-00-00-01/user-data')).toContain(
        '404 Not Found',
      );
    } finally {
      for (const program of programs) program.kill();
      await Promise.all(programs.map(({ ended }) => ended));
      await network.destroy();
    }
  });

  it('prints the Dockerfile of the engine without a configuration, with the tag that the engine looks for', async () => {
    const result = await pxectl('export', 'dockerfile');
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toMatch(/^# tag: pxectl\/dnsmasq:[0-9a-f]{16}$/m);
    expect(result.stdout).toMatch(/^FROM debian:12\.\d+-slim$/m);
  });

  it('refuses what it cannot export, as wrong usage', async () => {
    const result = await pxectl('export', 'kubernetes');
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain("'kubernetes' is invalid");
    expect(result.stderr).toContain('Allowed choices are compose, systemd, dockerfile');
  });
});
