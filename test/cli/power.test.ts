import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configText, prepareState } from '../support/engine/prepare-state.ts';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';

const SECRETS = { bmc: 'Pa55-of-the-controller', secureon: '01:23:45:67:89:ab' };
/** 192.0.2.0/24 is nobody's: what would be sent there is not sent */
const MACHINES = `profiles:
  rack: { power: { type: redfish, user: admin, secret: bmc } }
machines:
  - { mac: "52:54:00:00:00:01", name: n1, profile: rack, power: { host: 192.0.2.1 }, install: { seed: seed.cfg } }
  - { mac: "52:54:00:00:00:02", name: n2, power: { type: ipmi, host: "192.0.2.2:6230", user: root, secret: bmc, boot: bios } }
  - { mac: "52:54:00:00:00:03", name: pc, power: { type: wol, secret: secureon } }
  - { mac: "52:54:00:00:00:04", name: far, power: { type: wol, address: 10.2.0.255 } }
  - { mac: "52:54:00:00:00:05", name: none, power: { type: ipmi, host: 192.0.2.5, user: root, secret: lost } }
`;

let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeAll(async () => {
  folder = await makeFolder();
  await prepareState(folder.path, configText('proxy', MACHINES));
  await writeFile(
    join(folder.path, 'seed.cfg'),
    'd-i preseed/late_command string wget {{report}}/done || true\n',
  );
  await mkdir(join(folder.path, 'secrets'), { mode: 0o700 });
  for (const [name, text] of Object.entries(SECRETS)) {
    await writeFile(join(folder.path, 'secrets', name), text, { mode: 0o600 });
  }
});
afterAll(() => folder.remove());

/** Nothing of a secret is ever said. */
async function cli(...args: string[]) {
  const result = await pxectl(args, { cwd: folder.path });
  for (const secret of Object.values(SECRETS)) expect(JSON.stringify(result)).not.toContain(secret);
  return result;
}

describe('--dry-run', () => {
  it('says what would be sent to which controller', async () => {
    const restart = await cli('power', 'restart', 'n1', 'n2', '--dry-run');
    expect(restart.stderr).toBe('');
    expect(restart.stdout.split('\n')).toEqual([
      'n1: would send to 192.0.2.1 as admin: POST ComputerSystem.Reset {"ResetType":"ForceOff"}, unless it is off',
      'n1: would send to 192.0.2.1 as admin: POST ComputerSystem.Reset {"ResetType":"On"}',
      'n2: would send to 192.0.2.2:6230 as root: ipmitool chassis power off, unless it is off',
      'n2: would send to 192.0.2.2:6230 as root: ipmitool chassis power on',
      '',
    ]);
    const network = await cli('power', 'boot-network', 'n1', 'n2', '--dry-run');
    expect(network.stdout).toContain('PATCH ComputerSystem {"Boot":{"BootSourceOverrideEnabled":"Once"');
    expect(network.stdout).toMatch(/ipmitool chassis bootdev pxe\n$/);
    const on = await cli('power', 'on', 'pc', 'far', '--dry-run');
    expect(on.stdout.split('\n')).toEqual([
      'pc: would send to 255.255.255.255, UDP port 9 from 192.168.1.50: a magic packet for 52:54:00:00:00:03',
      'far: would send to 10.2.0.255, UDP port 9: a magic packet for 52:54:00:00:00:04',
      '',
    ]);
  });

  it('says what could not even begin, and of the others what would be sent', async () => {
    const { exitCode, stdout } = await cli('power', 'off', 'none', 'pc', 'n1', '--dry-run', '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ schema: 'pxectl.power/1', dryRun: true, verb: 'off' },
      machines: [
        { name: 'none', would: [], error: expect.stringContaining('secrets/lost') as string },
        { name: 'pc', would: [], error: expect.stringContaining('can only be switched on') as string },
        { name: 'n1', would: [expect.stringContaining('ForceOff') as string], error: null },
      ],
    });
  });

  it('install says too how each would be switched on', async () => {
    const { stdout, exitCode } = await cli('install', 'n1', '--dry-run');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^would install n1 .*\n.*ForceOff.*\n.*"Once".*\n.*"ResetType":"On".*\n$/);
  });
});
