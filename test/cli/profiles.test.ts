import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configText, prepareState } from '../support/engine/prepare-state.ts';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';

const PROFILES = `vars: { locale: en_US.UTF-8 }
profiles:
  classroom: { image: debian-12, arguments: [splash], vars: { locale: de_DE.UTF-8 } }
  lab: { image: local, match: { mac: 'f4:4d:30', architecture: x64 } }
machines:
  - { mac: "52:54:00:00:00:01", name: pc-01, profile: classroom, serial: S-01, arguments: [debug] }
  - { serial: "VMware-56 4d", name: vm-1 }
`;

let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeEach(async () => {
  folder = await makeFolder();
  await prepareState(folder.path, configText('proxy', PROFILES));
});
afterEach(() => folder.remove());

const cli = (...args: string[]) => pxectl(args, { cwd: folder.path });

describe('pxectl render --for', () => {
  it.each(['pc-01', 'S-01', '5254.0000.0001'])(
    '%s says which line gave each value, and why',
    async (word) => {
      const { stdout, exitCode } = await cli('render', '--for', word);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('it is pc-01 of machines, with the profile classroom');
      const config = join(folder.path, 'pxectl.yaml');
      expect(stdout).toContain(`settings, and the lines of ${config} that say so`);
      expect(stdout).toMatch(
        /^ {2}vars\.locale +de_DE\.UTF-8 {2}\(line 8, profile classroom; line 6 says en_US\.UTF-8\)$/m,
      );
      expect(stdout).toMatch(
        /^ {2}arguments +splash {2}\(line 8, profile classroom\)\n {2}arguments +debug {2}\(line 11, machine pc-01\)$/m,
      );
      expect(stdout).toMatch(/^ {2}loaders\.uefi +auto {2}\(no line says it: built in\)$/m);
      expect(stdout).toMatch(/^ {2}arguments .*splash debug$/m);
    },
  );

  it('a machine that is known by its serial number alone says who reads that', async () => {
    const { stdout } = await cli('render', '--for', 'VMware-56 4d');
    expect(stdout).toContain('vm-1 is known by its serial number alone: iPXE and GRUB read it');
  });

  it('a client that is no machine says which profile takes it, and why', async () => {
    const { stdout } = await cli('render', '--for', 'f44d.3000.0099');
    expect(stdout).toContain(
      'the profile lab takes it: its MAC begins with f4:4d:30, its architecture is x64',
    );
    expect(stdout).toContain('profiles/lab/ipxe/snponly-x64.efi');
    expect(stdout).toMatch(
      /settings where the profile lab takes it, .*\n {2}image +local {2}\(line 9, profile lab; /,
    );
    const { outcomes } = JSON.parse((await cli('render', '--for', 'f44d.3000.0099', '--json')).stdout) as {
      outcomes: { profile?: string }[];
    };
    expect(outcomes.map(({ profile }) => profile)).toEqual([undefined, 'lab']);
  });

  it('what nobody is names the nearest machine', async () => {
    const { stderr, exitCode } = await cli('render', '--for', 'pc-0l');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('did you mean pc-01?');
  });
});

it('a profile that is used and taken out of the file is told with the line of its machine', async () => {
  await writeFile(
    join(folder.path, 'pxectl.yaml'),
    configText('proxy', PROFILES.replace(/profiles:\n(?: {2}\w+: .*\n)+/, '')),
  );
  const { stderr, exitCode } = await cli('reload');
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/pxectl\.yaml:8:\d+: machines\[0\]\.profile is "classroom"/);
  expect(stderr).toContain('there is no such profile; profiles is empty');
});
