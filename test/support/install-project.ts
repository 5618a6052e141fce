import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { LAN, type VirtualLan } from '../../src/lab/virtual-lan.ts';
import { stateLayout } from '../../src/model/state-layout.ts';
import { start } from '../../src/platform/long-running.ts';
import { run } from '../../src/platform/processes.ts';
import { debianDiskFolder, INSTALL_SCRIPT } from './debian-disk.ts';

const program = join(import.meta.dirname, '..', '..', 'bin', 'pxectl.js');
const MIRROR = `http://${LAN.clientAddress}`;
const SEED = `d-i debian-installer/locale string en_US.UTF-8
d-i debconf/frontend select text
d-i preseed/early_command string wget -q -O /tmp/install.sh ${MIRROR}/${INSTALL_SCRIPT}; \\
    sh /tmp/install.sh ${MIRROR} {{shell machine.name}} >/dev/console 2>&1
d-i preseed/late_command string wget -q -O /dev/null --post-data= {{report}}/done || true
`;

/** Called at the top of a file: a project with debian-12 and seed.cfg, and the mirror that this seed names. */
export function useInstallProject() {
  const path = mkdtempSync(join(tmpdir(), 'pxectl-install-'));
  const pxectl = (...args: string[]) => run(process.execPath, [program, ...args], { cwd: path });
  let mirror: string;
  const mirrorArguments = (): string[] => ['httpd', '-f', '-p', '80', '-h', mirror];

  beforeAll(async () => {
    mirror = await debianDiskFolder();
    const fetched = await pxectl('fetch', 'debian-12');
    expect(fetched.exitCode, fetched.stderr).toBe(0);
    writeFileSync(join(path, 'seed.cfg'), SEED);
  }, 600_000);
  afterAll(() => rmSync(path, { recursive: true, force: true }));

  return {
    path,
    layout: stateLayout(join(path, '.pxectl')),
    pxectl,
    /** for a command that is followed while machines do their part */
    startPxectl: (...args: string[]) => start(process.execPath, [program, ...args], { cwd: path }),
    startMirror: (lan: VirtualLan) => lan.startIn('client', 'busybox', mirrorArguments()),
    /** for a LAN that somebody else has made, and takes away with whatever lives in it */
    startMirrorIn: (namespace: string) =>
      start('ip', ['netns', 'exec', namespace, 'busybox', ...mirrorArguments()]),
  };
}
