import { createHash } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { LabFirmware } from '../../src/lab/lab-firmware.ts';
import { startMachine } from '../../src/lab/machine.ts';
import { startPxectlBootServer } from '../../src/lab/pxectl-boot-server.ts';
import { createVirtualLan, LAN } from '../../src/lab/virtual-lan.ts';
import type { BootTrace } from '../../src/model/boot-trace.ts';
import { stateLayout } from '../../src/model/state-layout.ts';
import { parseMac } from '../../src/protocol/addresses.ts';
import { readEvents } from '../../src/watch/read-events.ts';
import { LIVE_TOOLS, liveSystemFolder } from '../support/debian-disk.ts';
import { itNeeds } from '../support/external-tool.ts';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';
import { buildUbuntuShapedIso, CASPER_LINES } from '../support/ubuntu-shaped-iso.ts';

const itBoots = itNeeds('root', 'qemu-system-x86_64', 'dnsmasq', 'ip', 'xorriso', ...LIVE_TOOLS);

const NODE = parseMac('52:54:00:00:11:0e')!;
/** what loaders, shells and YAML each have their own way with */
const NOTE = `seat "7"; it's $HOME & \\x`;
/** The live system does what it says: a file from `vars`, which ends up on the console, and the report. */
const SEED = `#cloud-config
autoinstall: { version: 1 }
write_files:
  - { path: /run/note, content: {{yaml vars.note}} }
runcmd:
  - echo "SEED OF {{machine.name}} APPLIED $(cat /run/note)" >/dev/console
  - [python3, -c, 'from urllib.request import urlopen; urlopen("{{report}}/done", b"")']
`;

const config = (firmware: LabFirmware, loader: string): string => {
  const isGrub = loader === 'grub';
  const network = {
    ...{ interface: LAN.serverInterface, address: LAN.serverAddress },
    ...(isGrub ? { mode: 'pxe-only', range: '192.168.1.200-192.168.1.220' } : {}),
  };
  return JSON.stringify({
    ...{ version: 1, network, images: ['ubuntu-20.04.3'] },
    boot: { default: 'ubuntu-20.04.3', menu: false, serialBaud: 115200, arguments: ['no_timer_check'] },
    loaders: { bios: 'pxelinux', uefi: isGrub ? 'grub' : 'ipxe' },
    machines: [
      {
        ...{ mac: NODE, name: `live-${firmware}`, secureBoot: firmware === 'uefi-secure' },
        ...{ install: { seed: 'user-data' }, vars: { note: NOTE } },
      },
    ],
  });
};

describe('an Ubuntu live-server image boots from the network, and does what its seed says', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let isoSha256: string;
  const file = (name: string) => join(folder.path, name);
  const cli = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await pxectl(args, { cwd: folder.path, timeoutMs: 120_000 });
    expect(exitCode, stderr).toBe(0);
    return stdout;
  };

  beforeAll(async () => {
    folder = await makeFolder();
    const iso = file('my-server.iso');
    buildUbuntuShapedIso(iso, { system: await liveSystemFolder() });
    isoSha256 = createHash('sha256')
      .update(await readFile(iso))
      .digest('hex');
    await writeFile(file('user-data'), SEED);
    await cli('fetch', 'ubuntu-20.04.3', '--from', iso);
  }, 900_000);
  afterAll(() => folder.remove());

  itBoots.each<[LabFirmware, string]>([
    ['bios', 'pxelinux'],
    ['uefi', 'ipxe'],
    ['uefi-secure', 'grub'],
  ])(
    '%s through %s: kernel, initrd, the whole ISO over HTTP, the seed by the cloud-init in it',
    async (firmware, loader) => {
      const layout = stateLayout(file('.pxectl'));
      await rm(layout.events, { force: true });
      await writeFile(file('pxectl.yaml'), config(firmware, loader));
      await cli('machines', 'arm', `live-${firmware}`, '--yes');
      const lan = await createVirtualLan({});
      try {
        const up = { configPath: file('pxectl.yaml'), layout, engine: 'builtin' as const };
        const server = await startPxectlBootServer(lan, up);
        const machine = await startMachine(lan, { firmware, mac: NODE, folder: join(lan.folder, 'machine') });
        const said = (): string => machine.serialLines().join('\n');
        await expect.poll(said, { timeout: 600_000, interval: 500 }).toContain(CASPER_LINES.done);
        await machine.stop();
        await server.stop();

        // quoted by pxectl for the loader, and by the loader for the kernel: this is what cloud-init made of it
        expect(said()).toContain(`SEED OF live-${firmware} APPLIED ${NOTE}`);
        expect(said()).toContain(`${CASPER_LINES.isoSha256} ${isoSha256}`);
        const asked = (await readEvents(layout.events)).filter(({ type }) => type === 'seed.requested');
        expect(asked.map(({ detail }) => detail['path'])).toContainEqual(
          expect.stringMatching(/\/user-data$/),
        );
        for (const { detail } of asked) expect(detail['userAgent']).toMatch(/^Cloud-Init\/\d/);
        const { machines } = JSON.parse(await cli('machines', 'show', `live-${firmware}`, '--json')) as {
          machines: [{ life: { state: string }; lastBoot: BootTrace }];
        };
        const [{ life, lastBoot }] = machines;
        expect(life.state).toBe('installed');
        const stage = (name: string) => lastBoot.stages.find((record) => record.stage === name);
        expect(stage('kernel')?.detail).toMatch(/\/vmlinuz$/);
        expect(stage('initrd')?.detail).toMatch(/\/initrd$/);
        expect(stage('root-image')?.detail).toMatch(/\.iso$/);
        expect(stage('root-image')?.sizeBytes).toBe((await stat(file('my-server.iso'))).size);
      } finally {
        await lan.destroy();
      }
    },
  );
});
