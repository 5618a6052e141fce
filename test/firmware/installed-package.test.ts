import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { buildDeb } from '../../.ci/release/deb.ts';
import { ARCHITECTURES } from '../../.ci/release/package-data.ts';
import { root as repository } from '../../.ci/release/project.ts';
import { runLab } from '../../src/lab/run-lab.ts';
import { createVirtualLan, type VirtualLan } from '../../src/lab/virtual-lan.ts';
import type { BootEvent } from '../../src/model/boot-event.ts';
import { stateLayout, type StateLayout } from '../../src/model/state-layout.ts';
import { runOrThrow } from '../../src/platform/processes.ts';
import { readEvents } from '../../src/watch/read-events.ts';
import { CLEAN_SYSTEM_TOOLS, type CleanSystem, startCleanSystem } from '../support/clean-system.ts';
import { itNeeds } from '../support/external-tool.ts';
import { builtExecutable } from '../support/release/built-release.ts';

const itInstalls = itNeeds('root', 'dpkg-deb', ...CLEAN_SYSTEM_TOOLS);
const itBoots = itNeeds(
  'root',
  'dpkg-deb',
  'qemu-system-x86_64',
  'tcpdump',
  'dnsmasq',
  ...CLEAN_SYSTEM_TOOLS,
);

let folder: string;
let deb: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-installed-'));
  deb = buildDeb({
    executable: await builtExecutable(),
    licences: join(repository, 'dist/LICENSES.txt'),
    architecture: ARCHITECTURES[0],
    outFolder: folder,
    date: new Date('2026-01-01T00:00:00Z'),
    isQuick: true,
  });
}, 600_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What it says on stdout. @throws with all that it says when it fails */
async function done(system: CleanSystem, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await system.sh(script, 120_000);
  expect(`${stdout}${stderr}\nexit code ${exitCode}`, script).toMatch(/exit code 0$/);
  return stdout;
}

async function receive(system: CleanSystem): Promise<void> {
  await cp(deb, join(system.root, 'root', 'pxectl.deb'));
}

/** Every file and folder of it, and its accounts. */
async function inventory(system: CleanSystem): Promise<readonly string[]> {
  const all = await done(system, 'find / -xdev; cut -d: -f1 /etc/passwd /etc/group');
  // dpkg keeps a log and the files before; useradd too
  return all
    .split('\n')
    .filter(
      (path) => !/^\/(root|var\/(log|lib\/dpkg|cache)|etc\/(passwd|group|g?shadow|subu?gid)-)/.test(path),
    );
}

/** It ends the service, and nothing that it was is left. */
const PURGE = `dpkg --purge pxectl >/dev/null 2>&1 && systemctl is-active pxectl; getent passwd pxectl
ls -d /etc/pxectl /var/lib/pxectl /etc/systemd/system/*.wants/pxectl.service 2>/dev/null`;

const AS_SERVICE = 'cd /etc/pxectl && runuser --user pxectl -- pxectl';

describe('the Debian package on a system without Node', () => {
  let lan: VirtualLan;
  beforeAll(async () => {
    lan = await createVirtualLan();
  });
  afterAll(() => lan?.destroy());

  itInstalls(
    'comes, keeps its configuration when removed, and leaves nothing when purged: Debian 13, no systemd',
    async () => {
      const system = await startCleanSystem({
        suite: 'trixie',
        network: lan.namespaceOf('client'),
        withSystemd: false,
      });
      try {
        await receive(system);
        const before = await inventory(system);
        await done(system, 'dpkg --install /root/pxectl.deb');
        expect(await done(system, 'command -v node || pxectl --version')).toMatch(/^\d+\.\d+\.\d+\n$/);
        // every file is there, and as it was packed
        expect(await done(system, 'dpkg --verify pxectl; dpkg --status pxectl | grep ^Status')).toBe(
          'Status: install ok installed\n',
        );
        expect(await done(system, `${AS_SERVICE} init 2>/dev/null; cat pxectl.yaml`)).toContain(
          'interface: eth0',
        );
        // the same once more
        await done(system, 'dpkg --install /root/pxectl.deb && dpkg --verify pxectl || true');
        await done(system, 'touch /var/lib/pxectl/events.jsonl && dpkg --remove pxectl');
        await done(system, 'grep eth0 /etc/pxectl/pxectl.yaml && ls /var/lib/pxectl/events.jsonl');
        await done(system, 'dpkg --install /root/pxectl.deb && dpkg --purge pxectl');
        expect(await inventory(system)).toEqual(before);
      } finally {
        await system.destroy();
      }
    },
    300_000,
  );

  itBoots(
    'serves as a unit of systemd with two capabilities, boots a machine, is upgraded and goes: Debian 12',
    async () => {
      let events: readonly BootEvent[] = [];
      let left = '';
      const state = stateLayout(join(folder, '.pxectl'));
      const fetch = [join(repository, 'bin/pxectl.js'), 'fetch', 'debian-12'];
      await runOrThrow(process.execPath, fetch, { cwd: folder });
      const { failure, ok } = await runLab({
        firmware: 'bios',
        engine: 'builtin',
        userLayout: state,
        bootServer: async (network) => {
          const system = await startCleanSystem({
            suite: 'bookworm',
            network: network.namespaceOf('lan'),
            withSystemd: true,
          });
          const stop = async (): Promise<void> => {
            events = await readEvents(join(system.root, 'var/lib/pxectl/events.jsonl'));
            left = (await system.sh(PURGE)).stdout;
            await system.destroy();
          };
          try {
            await setUp(system, state);
          } catch (error) {
            await stop();
            throw error;
          }
          return { description: 'pxectl.service', died: new Promise(() => undefined), stop };
        },
      });
      expect(failure).toBeUndefined();
      expect(ok).toBe(true);
      const sent = events.filter(({ type }) => type === 'http.done').map(({ detail }) => detail['path']);
      expect(sent).toContain('/images/debian-12/initrd.gz');
      expect(left).toBe('inactive\n');
    },
    600_000,
  );

  async function setUp(system: CleanSystem, state: StateLayout): Promise<void> {
    await receive(system);
    await done(system, 'dpkg --install /root/pxectl.deb');
    expect(await done(system, 'systemctl is-enabled pxectl || true')).toBe('disabled\n');
    await done(system, `${AS_SERVICE} init`);
    for (const part of [state.images, state.loaders]) {
      await cp(part, join(system.root, 'var/lib/pxectl', basename(part)), { recursive: true });
    }
    await done(system, 'chown -R pxectl:pxectl /var/lib/pxectl');
    await writeFile(
      join(system.root, 'etc/pxectl/pxectl.yaml'),
      `version: 1
network: { interface: br0, address: 192.168.1.50/24 }
images: [debian-12]
boot: { default: debian-12, menu: false, serialBaud: 115200, arguments: [no_timer_check] }
`,
    );
    await done(system, 'systemctl enable --now pxectl');
    await expect
      .poll(() => system.sh(`${AS_SERVICE} status`), { timeout: 60_000 })
      .toMatchObject({ exitCode: 0 });
    const pid = (await done(system, 'systemctl show --property MainPID --value pxectl')).trim();
    const status = await done(system, `cat /proc/${pid}/status`);
    // CAP_NET_BIND_SERVICE and CAP_NET_RAW, with no way to more
    for (const set of ['CapEff', 'CapPrm', 'CapBnd'])
      expect(status).toMatch(new RegExp(`^${set}:\\s+0*2400$`, 'm'));
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^Seccomp:\s+2$/m);
    await done(system, 'systemctl reload pxectl');
    // an upgrade goes on with the configuration, and with the service
    await done(system, 'dpkg --install /root/pxectl.deb');
    await expect
      .poll(() => system.sh(`${AS_SERVICE} status`), { timeout: 60_000 })
      .toMatchObject({ exitCode: 0 });
    const later = (await done(system, 'systemctl show --property MainPID --value pxectl')).trim();
    expect(later).not.toBe(pid);
  }
});
