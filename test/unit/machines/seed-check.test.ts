import { expect, it } from 'vitest';
import { checkSeed } from '../../../src/machines/seed-check.ts';

const REPORT = 'curl -fsS -X POST @PXECTL_REPORT@/done';
const USER_DATA = `#cloud-config\nautoinstall:\n  version: 1\n  late-commands: ['${REPORT}']\n`;
const PRESEED = `d-i debian-installer/locale string C\nd-i preseed/late_command string ${REPORT}\n`;
const KICKSTART = `autopart\nrootpw --lock\n%post\n${REPORT}\n%end\n`;

it('has nothing against good seeds', () => {
  expect(checkSeed('autoinstall', USER_DATA)).toEqual([]);
  expect(checkSeed('preseed', PRESEED)).toEqual([]);
  expect(checkSeed('kickstart', KICKSTART)).toEqual([]);
  expect(checkSeed('talos', 'anything')).toEqual([]);
});

it.each([
  ['autoinstall', PRESEED, 'it is of the kind preseed'],
  ['preseed', KICKSTART, 'it is of the kind kickstart'],
  ['kickstart', USER_DATA, 'it is of the kind autoinstall'],
  ['autoinstall', USER_DATA.replace('#cloud-config', '# hello'), '1:1: its first line is not #cloud-config'],
  ['autoinstall', '#cloud-config\nautoinstall:\n  a: [1\nb: 2\n', '4:1: it is not YAML'],
  ['autoinstall', '#cloud-config\nusers: []\n', 'it has no autoinstall'],
] as const)('%s: what cannot work', (format, text, problem) => {
  expect(checkSeed(format, text)).toEqual([
    { isFatal: true, text: expect.stringContaining(problem) as string },
  ]);
});

it('warns of a seed that never reports', () => {
  expect(checkSeed('preseed', PRESEED.replace('/done', ''))).toMatchObject([{ isFatal: false }]);
});
