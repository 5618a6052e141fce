import { describe, expect, it } from 'vitest';
import { answerText } from '../../../../src/doctor/answer-text.ts';
import { runDoctor } from '../../../../src/doctor/run-doctor.ts';

const BOOTED = `>>Start PXE over IPv4.
  Station IP address is 172.16.0.1
  NBP filename is ipxe-x86_64.efi
  NBP file downloaded successfully.
iPXE initialising devices...
tftp://172.16.0.254:69/config.ipxe... ok
http://172.16.0.254:9000/boot/vmlinuz-5.14.0-570.21.1.el9_6.x86_64... ok
http://172.16.0.254:9000/boot/initramfs-5.14.0-570.21.1.el9_6.x86_64.img... ok
[    2.169210] dracut-initqueue[545]:   % Total    % Received % Xferd  Average Speed
100 1356M  100 1356M    0     0  1037M      0  0:00:01  0:00:01 --:--:-- 1038M
Rocky Linux 9.6 (Blue Onyx)

nid0001 login:`;

describe('a screen that ends at a login', () => {
  it('is a boot that went through, whatever stands between', () => {
    const { verdict, known, screen } = answerText(BOOTED, []);
    expect(verdict).toBe('healthy');
    expect(known.map(({ id }) => id)).toEqual(['system-login']);
    expect(screen?.lines.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['ipxe-kernel-version-ok', 'ipxe-initrd-version-ok']),
    );
  });

  it.each([
    ['nothing of a network boot before it', 'Rocky Linux 9.6 (Blue Onyx)\n\nnid0001 login:'],
    [
      'a boot that failed before it',
      `>>Start PXE over IPv4.\nPXE-E18: Server response timeout.\n\nnas login:`,
    ],
    [
      'a loader that failed before it',
      'iPXE initialising devices...\ntftp://10.0.0.1/a.ipxe... No such file or directory (https://ipxe.org/2d0c618e)\n\nnas login:',
    ],
    [
      'the start of a disk before it',
      'iPXE initialising devices...ok\ntftp://10.0.0.1/menu.ipxe... ok\nBooting from Hard Disk...\nWelcome to GRUB!\n\nnas login:',
    ],
    [
      'the start of a disk by UEFI before it',
      `${BOOTED.split('\n').slice(0, 6).join('\n')}\nBdsDxe: starting Boot0002 "UEFI QEMU HARDDISK" from PciRoot(0x0)/Scsi(0x0,0x0)\n\nnas login:`,
    ],
  ])('and has %s is none', (_what, text) => {
    expect(answerText(text, []).verdict).not.toBe('healthy');
  });
});

/** The first cause, and all its steps. */
function likeliest(text: string): string {
  const [cause] = answerText(text, []).known[0]?.causes ?? [];
  return [cause?.text, ...(cause?.fix ?? [])].join('\n');
}

describe('the steps name what the screen names', () => {
  it('of the folder that the loader came from', () => {
    const screen = (file: string) =>
      `>>>Start PXE over IPv4, Press [ESC] to EXIT...\n    NBP filename is ${file}\n    Succeed to download NBP file.\nGetting cached packet\nMy IP is 192.168.0.31\nUnable to locate configuration file\n`;
    expect(likeliest(screen('menu-efi64/syslinux.efi'))).toContain(' menu-efi64/pxelinux.cfg/default below');
    expect(likeliest(screen('syslinux.efi'))).toContain(' pxelinux.cfg/default below');
  });

  it('of the folders of GRUB by who built it', () => {
    const { known } = answerText(
      '  NBP filename is boot/shimx64.efi\n  NBP file downloaded successfully.\nFetching Netboot Image grubx64.efi\ngrub>\n',
      [],
    );
    expect(known[0]?.causes.flatMap(({ fix }) => fix).join('\n')).toMatch(
      /\(boot\/grub\.cfg\) or EFI\/redhat\//,
    );
  });

  it('of the port of the URL, and excludes what the words exclude', () => {
    const { known } = answerText(
      'dracut-initqueue[607]: curl: (7) Failed connect to 192.168.122.1:1024; No route to host\ndracut-initqueue[607]: Warning: failed to fetch kickstart from http://192.168.122.1:1024/static/install.ks\n',
      [],
    );
    const [cause] = known[0]?.causes ?? [];
    expect(known[0]?.id).toBe('dracut-no-route');
    expect(cause?.fix).toEqual([
      'on 192.168.122.1, with firewalld: sudo firewall-cmd --permanent --add-port=1024/tcp && sudo firewall-cmd --reload',
      'or with ufw: sudo ufw allow 1024/tcp',
      'test from another machine of the same network: curl -I http://192.168.122.1:1024/static/install.ks',
    ]);
  });
});

describe('a machine that was to boot from elsewhere', () => {
  it('whose disk Secure Boot refuses is no network boot that fails', () => {
    const { verdict, known } = answerText(
      'BdsDxe: loading Boot0002 "UEFI QEMU QEMU HARDDISK" from PciRoot(0x0)/Pci(0x5,0x0)/Scsi(0x0,0x0)\nBdsDxe: failed to load Boot0002 "UEFI QEMU QEMU HARDDISK" from PciRoot(0x0)/Pci(0x5,0x0)/Scsi(0x0,0x0): Access Denied\n\n>>Start PXE over IPv4.\n',
      [],
    );
    expect({ verdict, id: known[0]?.id }).toEqual({ verdict: 'ill', id: 'bds-disk-denied' });
  });

  it('whose disk is only empty is', () => {
    const { known } = answerText(
      'BdsDxe: failed to load Boot0002 "UEFI QEMU HARDDISK" from PciRoot(0x0)/Scsi(0x0,0x0): Not Found\n\n>>Start PXE over IPv4.\n',
      [],
    );
    expect(known[0]?.id).toBe('edk2-start-pxe');
  });

  it('has what it lacks named first, where nothing of a network boot is shown', () => {
    expect(likeliest('FATAL: Could not read from the boot medium! System halted.')).toMatch(
      /^no disk and no DVD/,
    );
  });

  it('and says that its disk failed, has that among its causes', () => {
    const { screen, known } = answerText(
      'PXE-E53: No boot filename received\n\nPXE-M0F: Exiting NVIDIA Boot Agent.\nDISK BOOT FAILURE, INSERT SYSTEM DISK AND PRESS ENTER\n',
      [],
    );
    expect(screen?.lines.at(-1)).toMatchObject({ id: 'firmware-no-device', part: 'consequence' });
    expect(known[0]?.causes.map(({ text }) => text).join()).toContain('the machine is to boot from its disk');
  });
});

it('a screen of somebody without a project here is not explained by this computer', async () => {
  const { checks, known } = await runDoctor({
    text: 'PXE-E53: No boot filename received\n\nPXE-M0F: Exiting NVIDIA Boot Agent.',
    configPaths: [],
    fix: false,
    probe: false,
    signal: AbortSignal.timeout(60_000),
    onProgress: () => undefined,
  });
  expect(checks).toEqual([]);
  expect(known[0]?.causes.map(({ status }) => status)).not.toContain('not-found-here');
});
