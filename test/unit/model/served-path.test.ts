import { describe, expect, it } from 'vitest';
import { machineAskedAs, stageOfPath } from '../../../src/model/served-path.ts';

describe('the stage that a served path belongs to', () => {
  it.each([
    ['pxelinux.0', 'loader'],
    ['/ldlinux.c32', 'loader'],
    ['ipxe/snponly-x64.efi', 'loader'],
    ['grub/x86_64-efi/command.lst', undefined],
    ['revocations_sbat.efi', 'loader'],
    ['pxelinux.cfg/01-52-54-00-00-00-01', 'boot-config'],
    ['/grub/grub.cfg-01-52-54-00-00-00-01', 'boot-config'],
    ['/boot.ipxe?mac=52-54-00-00-00-01', 'boot-config'],
    ['autoexec.ipxe', 'boot-config'],
    ['/images/debian-12/linux', 'kernel'],
    ['/images/ubuntu-24.04/casper/hwe-vmlinuz', 'kernel'],
    ['/images/flatcar/flatcar_production_pxe.vmlinuz', 'kernel'],
    ['/images/debian-12/initrd.gz', 'initrd'],
    ['/images/talos/initramfs-amd64.xz', 'initrd'],
    ['/images/flatcar/flatcar_production_pxe_image.cpio.gz', 'initrd'],
    ['/images/ubuntu-20.04.3/ubuntu-20.04.3-live-server-amd64.iso', 'root-image'],
    ['/seed/52-54-00-00-00-01/preseed.cfg', 'install-seed'],
    ['/favicon.ico', undefined],
  ])('%s → %s', (path, stage) => {
    expect(stageOfPath(path)).toBe(stage);
  });
});

it.each([
  ['/machines/52-54-00-00-00-01.ipxe', '52:54:00:00:00:01'],
  ['pxelinux.cfg/01-52-54-00-00-00-01', '52:54:00:00:00:01'],
  ['/grub/grub.cfg-01-52-54-00-00-00-01', '52:54:00:00:00:01'],
  ['/seed/52-54-00-00-00-01/preseed.cfg', undefined],
  ['/boot.ipxe', undefined],
])('%s is asked for in the name of %s', (path, mac) => {
  expect(machineAskedAs(path)).toBe(mac);
});

it('iPXE says in its query who it is', () => {
  const query = new URLSearchParams('mac=52:54:00:00:00:01');
  expect(machineAskedAs('/boot.ipxe', query)).toBe('52:54:00:00:00:01');
  expect(machineAskedAs('/images/x/linux', query)).toBeUndefined();
});
