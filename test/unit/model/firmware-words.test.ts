import { expect, it } from 'vitest';
import { LAB_FIRMWARE_NAMES, LAB_FIRMWARES, labFirmwareNamed } from '../../../src/lab/lab-firmware.ts';
import { FIRMWARES, firmwareNamed, platformNamed } from '../../../src/model/firmware.ts';

it('every firmware is called by its name, and by the words of before', () => {
  for (const firmware of FIRMWARES) expect(firmwareNamed(firmware)).toBe(firmware);
  expect(firmwareNamed('uefi')).toBe('uefi-x64');
  expect(firmwareNamed('uefi-http')).toBe('uefi-http-x64');
  expect(firmwareNamed('constructor')).toBeUndefined();
});

it('loaders are asked for by the same names', () => {
  const words = ['bios', 'uefi-x64', 'x64', 'uefi-ia32', 'ia32', 'uefi-arm64', 'arm64', 'ipxe', 'toaster'];
  expect(words.map(platformNamed)).toEqual([
    ...['bios', 'x64', 'x64', 'ia32', 'ia32', 'arm64', 'arm64', undefined, undefined],
  ]);
});

it('virtual machines are, too', () => {
  const names = Object.keys(LAB_FIRMWARE_NAMES);
  expect(names.map(labFirmwareNamed)).toEqual(LAB_FIRMWARES);
  expect(LAB_FIRMWARES.map(labFirmwareNamed)).toEqual(LAB_FIRMWARES);
  // one more than firmware itself tells: whether it wants signatures
  expect(names.filter((name) => firmwareNamed(name) === undefined)).toEqual(['uefi-x64-secure']);
});
