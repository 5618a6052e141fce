import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/model/config-file.ts';
import { PxectlError } from '../../../src/model/errors.ts';
import { settingsExplainer } from '../../../src/model/explain-settings.ts';

const PLACE = { path: '/srv/lab/pxectl.yaml', stateRoot: '/srv/lab/.pxectl' };
const HEAD = `version: 1
network: { interface: eno1, address: 192.168.1.50 }
images: [debian-12, ubuntu-24.04]
boot: { arguments: [quiet] }
vars: { locale: en_US.UTF-8, disk: /dev/sda }
`;
const CLASSROOM = `${HEAD}profiles:
  classroom:
    image: ubuntu-24.04
    arguments: [splash]
    install: { seed: seeds/classroom.yaml }
    loaders: { bios: ipxe }
    vars: { disk: /dev/vda, users: [anna, ben] }
machines:
  - { mac: "f4:4d:30:00:00:01", name: pc-01, profile: classroom, arguments: [debug], vars: { disk: /dev/nvme0n1 } }
  - { mac: "f4:4d:30:00:00:02", name: kiosk, profile: classroom, image: local }
  - { serial: "VMware-56 4d", name: by-serial, profile: classroom, loaders: { bios: auto } }
`;

interface Problem {
  readonly line: number;
  readonly column: number;
  readonly what: string;
  readonly why?: string;
  readonly suggestion?: string;
}
function problemsOf(text: string): readonly Problem[] {
  try {
    parseConfig(text, PLACE);
  } catch (error) {
    if (error instanceof PxectlError) return error.details?.['problems'] as Problem[];
    throw error;
  }
  return [];
}

describe('profiles', () => {
  it('give their machines what these do not say themselves', () => {
    const { machines, profiles } = parseConfig(CLASSROOM, PLACE);
    const install = { seed: '/srv/lab/seeds/classroom.yaml', once: true };
    expect(machines[0]).toMatchObject({
      ...{ profile: 'classroom', image: 'ubuntu-24.04', install, arguments: ['splash', 'debug'] },
      loaders: { bios: 'ipxe', uefi: 'auto' },
      vars: { locale: 'en_US.UTF-8', disk: '/dev/nvme0n1', users: ['anna', 'ben'] },
    });
    expect(machines[1]).toMatchObject({ image: 'local', arguments: ['splash'] });
    expect(machines[1]?.install).toBeUndefined();
    expect(profiles).toMatchObject([{ name: 'classroom', isArmed: false, install }]);
  });

  it('arm nobody', () => {
    expect(parseConfig(CLASSROOM, PLACE).machines.some(({ isArmed }) => isArmed)).toBe(false);
  });

  it('are told with the line that won and the lines it won over', () => {
    const settings = settingsExplainer(CLASSROOM, PLACE)({ machineName: 'pc-01' });
    const lineOf = (key: string) => {
      const found = settings.filter((setting) => setting.key === key);
      return found.map(({ value, from, over }) => ({
        value,
        line: from?.line,
        over: over.map((o) => o.line),
      }));
    };
    expect(lineOf('image')).toEqual([{ value: 'ubuntu-24.04', line: 8, over: [3] }]);
    expect(lineOf('vars.disk')).toEqual([{ value: '/dev/nvme0n1', line: 14, over: [12, 5] }]);
    expect(lineOf('arguments').map(({ value, line }) => [value, line])).toEqual([
      [['quiet'], 4],
      [['splash'], 9],
      [['debug'], 14],
    ]);
    expect(lineOf('loaders.uefi')).toEqual([{ value: 'auto', line: undefined, over: [] }]);
    const [install] = settingsExplainer(
      CLASSROOM,
      PLACE,
    )({ machineName: 'kiosk' }).filter(({ key }) => key === 'install');
    expect(install).toMatchObject({
      value: null,
      because: 'image is local: the install of profile classroom does not hold',
    });
  });

  it.each<[string, string, Partial<Problem>]>([
    [
      'a profile that there is none of',
      CLASSROOM.replace('profile: classroom, arguments', 'profile: clasroom, arguments'),
      { line: 14, column: 55, what: 'machines[0].profile is "clasroom"', suggestion: 'classroom' },
    ],
    [
      'a misspelt key',
      CLASSROOM.replace('    arguments: [splash]', '    argumnets: [splash]'),
      { line: 9, column: 5, what: 'unknown key "argumnets" in profiles.classroom', suggestion: 'arguments' },
    ],
    [
      'an image that is not listed',
      CLASSROOM.replace('image: ubuntu-24.04', 'image: ubuntu-24.4'),
      { line: 8, column: 12, suggestion: 'ubuntu-24.04' },
    ],
    [
      'an install of machines that boot their own disks',
      CLASSROOM.replace('image: ubuntu-24.04', 'image: local'),
      { line: 10, what: 'profiles.classroom.install.seed is "seeds/classroom.yaml"' },
    ],
    [
      'a match that takes everybody',
      CLASSROOM.replace('loaders: { bios: ipxe }', 'match: {}'),
      { line: 11, what: 'profiles.classroom.match is {}' },
    ],
    [
      'a match of a part of a MAC address that is none',
      CLASSROOM.replace('loaders: { bios: ipxe }', 'match: { mac: ["f4:4d:30", "f4:4"] }'),
      { line: 11, column: 32, what: 'profiles.classroom.match.mac[1] is "f4:4"' },
    ],
    [
      'an architecture that there is none of',
      CLASSROOM.replace('loaders: { bios: ipxe }', 'match: { architecture: x46 }'),
      { line: 11, what: 'profiles.classroom.match.architecture is "x46"', suggestion: 'x64' },
    ],
    [
      'a network that is not served',
      CLASSROOM.replace('loaders: { bios: ipxe }', 'match: { subnet: 192.168.2.0/24 }'),
      { line: 11, suggestion: '192.168.1.0/24' },
    ],
    [
      'a vendor class that dnsmasq cannot look for',
      CLASSROOM.replace('loaders: { bios: ipxe }', 'match: { vendorClass: "a,b" }'),
      { line: 11, what: 'profiles.classroom.match.vendorClass is "a,b"' },
    ],
    [
      'a match that is no text',
      CLASSROOM.replace('loaders: { bios: ipxe }', 'match: { mac: 7 }'),
      { line: 11, what: 'profiles.classroom.match.mac is 7', why: 'it must be text, or a list of texts' },
    ],
    [
      'a name that is no part of a path',
      CLASSROOM.replaceAll('classroom:', '"class/room":').replaceAll(
        'profile: classroom',
        'profile: class/room',
      ),
      { line: 7, what: 'profiles has the key "class/room"' },
    ],
    [
      'a name of vars that no template can use',
      CLASSROOM.replace('users: [', 'the-users: ['),
      { line: 12, what: 'profiles.classroom.vars has the key "the-users"' },
    ],
    [
      'loaders for a machine that only a loader knows',
      CLASSROOM.replace(', loaders: { bios: auto }', ''),
      { line: 16, what: 'machines[2].serial is "VMware-56 4d"' },
    ],
    [
      'a serial number that many boards have',
      CLASSROOM.replace('VMware-56 4d', 'To Be Filled By O.E.M.'),
      { line: 16, what: 'machines[2].serial is "To Be Filled By O.E.M."' },
    ],
    [
      'a machine that nothing tells from others',
      CLASSROOM.replace('serial: "VMware-56 4d", ', ''),
      { line: 16, what: 'machines[2] is "by-serial"' },
    ],
  ])('refuse %s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([expect.objectContaining(problem)]);
  });

  it('refuse a match that another profile has before them', () => {
    const twice = CLASSROOM.replace('loaders: { bios: ipxe }', 'match: { mac: "F4-4D-30" }').replace(
      'machines:',
      '  lab: { match: { mac: ["f4:4d:30"] } }\nmachines:',
    );
    expect(problemsOf(twice).map(({ why }) => why)).toEqual([
      'classroom stands before it and takes the same clients',
    ]);
  });

  it('that are used and taken out are told for each of their machines', () => {
    const without = CLASSROOM.replace(/profiles:\n(?: {2}.*\n)+/, '');
    expect(problemsOf(without).map(({ why }) => why)).toEqual(
      Array(3).fill('there is no such profile; profiles is empty'),
    );
  });

  it('of machines that have one MAC, one name, one UUID (in both byte orders) and one serial number twice', () => {
    const uuid = '4c4c4544-0044-4a10-8056-b4c04f4c3332';
    const twice = `${HEAD}machines:
  - { mac: "f4:4d:30:00:00:01", name: a, uuid: ${uuid}, serial: S1 }
  - { mac: "F44D.3000.0001", name: a, uuid: 44454c4c-4400-104a-8056-b4c04f4c3332, serial: S1 }
`;
    expect(problemsOf(twice).map(({ why }) => why)).toEqual(
      Array(4).fill('machines[0] has it already, in line 7'),
    );
  });
});
