import { expect, it } from 'vitest';
import { requireLabTools } from '../../../src/lab/lab-tools.ts';

it('names every missing program and the line that installs them', async () => {
  const find = async (name: string) => (name === 'ip' ? '/usr/sbin/ip' : undefined);
  await expect(requireLabTools('uefi', find, 'ID=debian')).rejects.toMatchObject({
    kind: 'environment',
    code: 'E_TOOL_MISSING',
    message: 'the lab needs qemu-system-x86_64, dnsmasq, tcpdump, not installed here',
    next: 'sudo apt-get install qemu-system-x86 dnsmasq-base tcpdump',
  });
});

it('says nothing when all are there', async () => {
  await expect(requireLabTools('bios', async (name) => `/usr/bin/${name}`)).resolves.toBeUndefined();
});

it('wants the emulator of the firmware, and not the other', async () => {
  const find = async (name: string) => (name === 'qemu-system-x86_64' ? undefined : `/usr/bin/${name}`);
  await expect(requireLabTools('uefi-arm64', find)).resolves.toBeUndefined();
  const findNone = async (name: string) => (name.startsWith('qemu') ? undefined : `/usr/bin/${name}`);
  await expect(requireLabTools('uefi-arm64', findNone, 'ID=debian')).rejects.toMatchObject({
    next: 'sudo apt-get install qemu-system-arm',
  });
});
