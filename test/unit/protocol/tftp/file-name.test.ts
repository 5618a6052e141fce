import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cleanFileName } from '../../../../src/protocol/tftp/file-name.ts';

it.each([
  ['ipxe.efi\xff', 'ipxe.efi'],
  ['ipxe.efi\udcff', 'ipxe.efi'],
  ['ipxe.efi\ufffd', 'ipxe.efi'],
  ['undionly.kpxe \r\n', 'undionly.kpxe'],
  ['\\EFI\\Boot\\bootx64.efi', 'EFI/Boot/bootx64.efi'],
  ['C:\\boot\\bcd', 'boot/bcd'],
  ['//pxelinux.cfg//default', 'pxelinux.cfg/default'],
  ['./grub/./grub.cfg', 'grub/grub.cfg'],
  ['/../../etc/passwd', '../../etc/passwd'],
  ['grüße.efi', 'grüße.efi'],
])('%j means %j', (sent, meant) => {
  expect(cleanFileName(sent)).toBe(meant);
});

it('gives a relative path and changes nothing the second time', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (name) => {
      const clean = cleanFileName(name);
      expect(clean.startsWith('/')).toBe(false);
      expect(clean).not.toContain('\\');
      expect(clean).not.toContain('//');
    }),
  );
});
