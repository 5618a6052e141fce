import { expect, it } from 'vitest';
import { nearest } from '../../../src/server/near-names.ts';

const served = [
  'pxelinux.0',
  'lpxelinux.0',
  'ldlinux.c32',
  'pxelinux.cfg/default',
  'ipxe/snponly-x64.efi',
  'ipxe/snponly-arm64.efi',
  'grubx64.efi',
  'shimx64.efi',
];

it.each([
  ['snponly-x64.efi', 'ipxe/snponly-x64.efi'],
  ['PXELINUX.0', 'pxelinux.0'],
  ['pxelinux.O', 'pxelinux.0'],
  ['grub/grubx64.efi', 'grubx64.efi'],
  ['shimx46.efi', 'shimx64.efi'],
  ['ldlinux.c23', 'ldlinux.c32'],
])('%s: did you mean %s?', (wanted, expected) => {
  expect(nearest(wanted, served)[0]).toBe(expected);
});

it('suggests nothing for a name that is near to none, and never more than three', () => {
  expect(nearest('revocations_sku.efi', served)).toEqual([]);
  expect(nearest('a', ['b', 'c', 'd', 'e'])).toHaveLength(3);
});
