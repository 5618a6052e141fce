import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createVirtualLan, LAN, type VirtualLan } from '../../src/lab/virtual-lan.ts';
import { parseMac } from '../../src/protocol/addresses.ts';
import { DISK_SAYS, makeDiskThatSpeaks } from '../support/disk-that-speaks.ts';
import { itNeeds } from '../support/external-tool.ts';
import { startIpmiSimulator } from '../support/power/ipmi-simulator.ts';
import { labMachine } from '../support/power/lab-machine.ts';
import { startRedfishController } from '../support/power/redfish-controller.ts';
import type { SwitchedMachine } from '../support/power/switched-machine.ts';
import { pxectl } from '../support/pxectl-process.ts';

const MACS = { redfish: parseMac('52:54:00:00:0b:01')!, ipmi: parseMac('52:54:00:00:0b:02')! };
const folder = mkdtempSync(join(tmpdir(), 'pxectl-power-'));
const cli = (...words: string[]) => pxectl(['power', ...words], { cwd: folder });
const itSwitches = itNeeds(
  ...['root', 'qemu-system-x86_64', 'dnsmasq', 'ip', 'ipmitool', 'ipmi_sim', 'curl', 'openssl'],
  ...['mkfs.vfat', 'mcopy'],
);

let lan: VirtualLan;
beforeAll(async () => {
  lan = await createVirtualLan({});
  mkdirSync(join(folder, 'secrets'), { mode: 0o700 });
  writeFileSync(join(folder, 'secrets', 'bmc'), 'right\n', { mode: 0o600 });
});
afterAll(async () => {
  await lan.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** What `power:` says of the controller that was started. */
const CONTROLLERS = {
  async redfish(machine: SwitchedMachine) {
    const controller = await startRedfishController(folder, { machine });
    return { controller, power: `, fingerprint: "${controller.fingerprint}"` };
  },
  async ipmi(machine: SwitchedMachine) {
    return { controller: await startIpmiSimulator(folder, { machine }), power: '' };
  },
} as const;

describe('pxectl power switches a virtual machine', () => {
  itSwitches.each(['redfish', 'ipmi'] as const)('by %s: on, once from the network, off', async (type) => {
    const machine = await labMachine(lan, {
      firmware: 'bios',
      mac: MACS[type],
      folder: join(lan.folder, type),
      memoryMiB: 256,
      disk: makeDiskThatSpeaks(join(lan.folder, `${type}-disk`)),
    });
    const { controller, power } = await CONTROLLERS[type](machine);
    try {
      writeFileSync(
        join(folder, 'pxectl.yaml'),
        `version: 1
network: { interface: ${LAN.serverInterface}, address: ${LAN.serverAddress} }
images: [debian-12]
boot: { default: debian-12 }
machines:
  - { mac: "${MACS[type]}", name: node, power: { type: ${type}, host: "${controller.host}", user: admin, secret: bmc, boot: bios${power} } }
`,
      );
      const does = async (state: string, ...words: string[]): Promise<void> => {
        const { stdout, stderr } = await cli(...words, 'node');
        expect({ stdout, stderr }).toEqual({ stdout: `node: ${state}\n`, stderr: '' });
      };
      const count = (text: string): number =>
        machine.serialLines().filter((line) => line.includes(text)).length;
      const says = (text: string, times: number) =>
        expect.poll(() => count(text), { timeout: 90_000 }).toBe(times);
      const asksNetwork = `net0: ${MACS[type]}`;

      await does('off', 'state');
      await does('on', 'on');
      await says(DISK_SAYS.bios, 1);
      await does('on', 'boot-network');
      await does('on', 'restart', '--yes');
      await says(asksNetwork, 1);
      await does('on', 'restart', '--yes');
      await says(DISK_SAYS.bios, 2);
      expect(count(asksNetwork)).toBe(1);
      await does('off', 'off', '--yes');
      expect(await machine.isOn()).toBe(false);
    } finally {
      await controller.close();
      await machine.stop();
    }
  });
});
