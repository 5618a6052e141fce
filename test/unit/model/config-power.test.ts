import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../src/model/config.ts';
import { parseConfig } from '../../../src/model/config-file.ts';
import { PxectlError } from '../../../src/model/errors.ts';

const PLACE = { path: '/srv/lab/pxectl.yaml', stateRoot: '/srv/lab/.pxectl' };
const HEAD = `version: 1
network: { interface: eno1, address: 192.168.1.50 }
images: [debian-12]
`;
const LINE = 5;
const COLUMN = 29;
const machineWith = (power: string): string =>
  `${HEAD}machines:\n  - { name: pc, mac: "f4:4d:30:00:00:01", power: { ${power} } }\n`;

const machineOf = (text: string): Machine | undefined => parseConfig(text, PLACE).machines[0];
/** What the user reads: where, what, why. */
function refusalOf(text: string): string {
  try {
    parseConfig(text, PLACE);
  } catch (error) {
    if (error instanceof PxectlError) return `${error.message}; ${error.why}; ${error.next}`;
    throw error;
  }
  return 'accepted';
}

const CONTROLLER = 'host: bmc-1, user: admin, secret: bmc';
const SHA256 = 'a1'.repeat(32);

describe('power: is read', () => {
  it.each([
    ['wol', { type: 'wol', mac: 'f4:4d:30:00:00:01' }],
    ['wol, mac: F44D.3000.0002', { type: 'wol', mac: 'f4:4d:30:00:00:02' }],
    [
      'wol, address: 10.2.0.255, secret: on',
      { type: 'wol', mac: 'f4:4d:30:00:00:01', address: '10.2.0.255', secret: 'on' },
    ],
    [
      `ipmi, ${CONTROLLER}, boot: bios`,
      { type: 'ipmi', host: 'bmc-1', user: 'admin', secret: 'bmc', boot: 'bios' },
    ],
    [
      `redfish, ${CONTROLLER}, ca: ca.pem, system: "1"`,
      {
        ...{ type: 'redfish', host: 'bmc-1', user: 'admin', secret: 'bmc', boot: 'uefi' },
        ...{ ca: '/srv/lab/ca.pem', system: '1' },
      },
    ],
  ])('type: %s', (power, read) => {
    expect(machineOf(machineWith(`type: ${power}`))?.power).toEqual(read);
  });

  it.each(['10.0.9.1', '10.0.9.1:8443', 'bmc.example.org:443', '[fe80::1]', '[fe80::1]:443'])(
    'host: %s',
    (host) => {
      const power = `type: redfish, host: "${host}", user: admin, secret: bmc`;
      expect(machineOf(machineWith(power))?.power).toMatchObject({ host });
    },
  );

  it.each([
    ['plain', SHA256],
    ['a browser', SHA256.toUpperCase().replaceAll(/(..)(?=.)/g, '$1:')],
    ['openssl 3', `sha256 Fingerprint=${SHA256.toUpperCase().replaceAll(/(..)(?=.)/g, '$1:')}`],
    ['openssl 1', `SHA256 Fingerprint=${SHA256.toUpperCase().replaceAll(/(..)(?=.)/g, '$1:')}`],
    ['ssh', `SHA256:${SHA256}`],
  ])('fingerprint: as %s shows it', (_, fingerprint) => {
    const power = `type: redfish, ${CONTROLLER}, fingerprint: "${fingerprint}"`;
    expect(machineOf(machineWith(power))?.power).toMatchObject({ fingerprint: SHA256 });
  });
});

describe('power: of a machine and its profile', () => {
  const both = (profile: string, own: string): string =>
    `${HEAD}profiles:\n  rack: { power: { ${profile} } }\nmachines:\n  - { name: pc, mac: "f4:4d:30:00:00:01", profile: rack${own} }\n`;

  it('the nearest wins key by key', () => {
    const text = both('type: redfish, user: admin, secret: bmc', ', power: { host: bmc-1, user: me }');
    expect(machineOf(text)?.power).toEqual({
      ...{ type: 'redfish', host: 'bmc-1', user: 'me', secret: 'bmc', boot: 'uefi' },
    });
  });

  it('of a profile of another type it takes what its own type knows', () => {
    const wol = both(`type: redfish, ${CONTROLLER}, system: "1"`, ', power: { type: wol }');
    expect(machineOf(wol)?.power).toEqual({ type: 'wol', mac: 'f4:4d:30:00:00:01' });
    const ipmi = both(`type: redfish, ${CONTROLLER}, system: "1"`, ', power: { type: ipmi }');
    expect(machineOf(ipmi)?.power).toEqual({
      ...{ type: 'ipmi', host: 'bmc-1', user: 'admin', secret: 'bmc', boot: 'uefi' },
    });
  });

  it('what both together lack is told at the machine', () => {
    expect(refusalOf(both('type: ipmi, user: admin', ''))).toMatch(
      /^\/srv\/lab\/pxectl.yaml:7:5: machines\[0\]\.power lacks host and secret; type ipmi needs host, user and secret/,
    );
    expect(refusalOf(both('type: ipmi, user: admin', ', power: { secret: bmc }'))).toContain(
      'machines[0].power lacks host;',
    );
  });

  it('what is wrong in the profile is told there', () => {
    expect(refusalOf(both('type: ipmi, system: "1", user: "a b"', ''))).toMatch(
      /:5:40: profiles\.rack\.power\.system is "1"[^]*also .*:5:51: profiles\.rack\.power\.user is "a b"/,
    );
    expect(refusalOf(both(`type: redfish, ${CONTROLLER}`, ', power: { address: 10.2.0.255 }'))).toContain(
      'machines[0].power.address is "10.2.0.255"; its profile says type redfish, which has host, user',
    );
  });
});

describe('power: is refused, with line, column, and what to do', () => {
  it.each([
    ['type: redfsh', `type is "redfsh"; it must be one of wol, redfish, ipmi; did you mean redfish?`],
    ['host: bmc-1', 'power lacks type; it must be one of wol, redfish, ipmi'],
    ['type: wol, host: bmc-1', 'power.host is "bmc-1"; type wol has mac, address, secret'],
    [`type: ipmi, ${CONTROLLER}, fingerprint: ${SHA256}`, 'type ipmi has host, user, secret, boot;'],
    [`type: ipmi, hots: bmc-1`, 'unknown key "hots" in machines[0].power'],
    [
      `type: ipmi, ${CONTROLLER}, boot: efi`,
      'boot is "efi"; it must be one of uefi, uefi-http, bios; did you mean uefi?',
    ],
    [`type: ipmi, ${CONTROLLER}, boot: uefi-http`, 'boot is "uefi-http"; IPMI knows no HTTP Boot'],
    ['type: ipmi, host: bmc-1, user: admin', 'power lacks secret; type ipmi needs host, user and secret'],
    ['type: wol, address: 10.2.0', 'address is "10.2.0"; it must be an IPv4 address, as 10.2.0.255'],
    ['type: wol, mac: 12:34', 'mac is "12:34"; it must be a MAC address'],
    [
      'type: ipmi, user: admin, secret: bmc, host: "https://bmc-1"',
      'host is "https://bmc-1"; ":" would break an address',
    ],
    ['type: ipmi, user: admin, secret: bmc, host: "fe80::1"', 'IPv6 in [ ]'],
    ['type: ipmi, user: admin, secret: bmc, host: "-e"', 'host is "-e"'],
    ['type: ipmi, user: admin, secret: bmc, host: "bmc-1:99999"', 'its port must be from 1 to 65535'],
    [
      'type: ipmi, host: bmc-1, secret: bmc, user: "-Pguess"',
      'user is "-Pguess"; its first character would break command lines',
    ],
    [`type: redfish, ${CONTROLLER}, fingerprint: "${'AB:'.repeat(19)}AB"`, '-fingerprint -sha256'],
    [`type: redfish, ${CONTROLLER}, system: ""`, 'system is ""; it must not be empty'],
  ])('%s', (power, text) => {
    const refusal = refusalOf(machineWith(power));
    expect(refusal).toContain(text);
    const [, line, column] = /^\/srv\/lab\/pxectl\.yaml:(\d+):(\d+): /.exec(refusal) ?? [];
    expect(Number(line)).toBe(LINE);
    expect(Number(column)).toBeGreaterThan(COLUMN);
    expect(refusal).toMatch(/; (?:did you mean|mend line 5 of)/);
  });

  it('a password where the name of a secret belongs is not shown', () => {
    const refusal = refusalOf(machineWith('type: ipmi, host: bmc-1, user: admin, secret: "Pa55 word!"'));
    expect(refusal).toContain('power.secret is no name of a secret; the password stands in a file');
    expect(refusal).not.toContain('Pa55');
  });

  it('a machine without a MAC address needs one for Wake-on-LAN', () => {
    const text = machineWith('type: wol').replace('mac: "f4:4d:30:00:00:01"', 'serial: S-01');
    expect(refusalOf(text)).toContain('machines[0].power lacks mac; Wake-on-LAN needs the MAC address');
  });
});
