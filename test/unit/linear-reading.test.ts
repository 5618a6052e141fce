import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerText } from '../../src/doctor/answer-text.ts';
import { readGivenWords } from '../../src/doctor/given-files.ts';
import { lintFiles } from '../../src/doctor/lint-files.ts';
import { Masker } from '../../src/doctor/mask.ts';
import { filesOfScript } from '../../src/doctor/probe/script-files.ts';
import { analyseLogFile } from '../../src/doctor/read-inputs.ts';
import { parseChecksumList } from '../../src/images/verify/checksum-list.ts';
import { releaseSums } from '../../src/images/verify/release-file.ts';
import { readCsvMachines } from '../../src/machines/lists/csv-machines.ts';
import { readDnsmasqHosts, readIscHosts } from '../../src/machines/lists/host-lists.ts';
import { formatOfList } from '../../src/machines/lists/machine-list.ts';
import { checkSeed } from '../../src/machines/seeds/check-seed.ts';
import { dearmor } from '../../src/protocol/openpgp/armor.ts';
import { reachCollector } from '../../src/platform/garbage-collector.ts';

const collectGarbage = reachCollector();

/** Of what each text repeats: empty lines, blanks, what opens and never closes. */
const BYTES = 20_000;
/** What is read sooner is not measured again. */
const QUICK_MS = 150;
/** Twice the text, twice the time: four times is quadratic. */
const MAX_RATIO = 3;

const ANY = [
  ...[
    '\n',
    '\r',
    ' ',
    ' \n',
    'a',
    '"',
    '\\"',
    '(',
    '{',
    '#',
    ',',
    '=',
    '-',
    '`',
    '${',
    '<',
    '\u2028',
    '--a ',
  ],
];

const folder = { path: '' };
beforeAll(async () => {
  folder.path = await mkdtemp(join(tmpdir(), 'linear-'));
});
afterAll(async () => {
  await rm(folder.path, { recursive: true, force: true });
});

interface Reader {
  readonly name: string;
  readonly read: (text: string) => unknown;
  /** what stands before what is repeated, and what is repeated besides */
  readonly heads: readonly string[];
  readonly own?: readonly string[];
}

const file = async (name: string, text: string): Promise<string> => {
  const path = join(folder.path, name);
  await writeFile(path, text);
  return path;
};
const config =
  (name: string) =>
  async (text: string): Promise<unknown> =>
    lintFiles([await file(name, text)], { fix: false, root: undefined });

const READERS: readonly Reader[] = [
  {
    name: 'dnsmasq.conf',
    read: config('dnsmasq.conf'),
    heads: ['port=0\n', 'port=0\ndhcp-boot=', 'port=0\ndhcp-range=192.168.1.0,proxy\npxe-service=x86PC,"'],
    own: ['tag:a,', 'conf-dir=\n'],
  },
  { name: 'Pi-hole', read: config('pihole.toml'), heads: ['[dhcp]\nactive = ', '[misc]\ndnsmasq_lines = ['] },
  { name: 'OpenWrt', read: config('dhcp'), heads: ["config dnsmasq\n\toption dhcp_boot '"] },
  {
    name: 'dhcpd.conf',
    read: config('dhcpd.conf'),
    heads: [
      'subnet 192.168.1.0 netmask 255.255.255.0 {\n',
      'subnet 192.168.1.0 netmask 255.255.255.0 { filename "',
    ],
    own: ['if ', 'include "a"', '} '],
  },
  {
    name: 'Kea',
    read: config('kea-dhcp4.json'),
    heads: ['{"Dhcp4": {\n', '{"Dhcp4": {"client-classes": [{"name": "a", "test": "'],
    own: ['{"name":"', '"test": "a', 'option[93].hex == '],
  },
  {
    name: 'compose',
    read: config('compose.yml'),
    heads: ['services:\n  a:\n    command: dnsmasq '],
    own: ['- a\n'],
  },
  {
    name: 'pxelinux',
    read: config('pxelinux.cfg'),
    heads: ['default a\nlabel a\n  kernel ', 'default a\nlabel a\n  kernel a\n  append '],
    own: ['label a\n', 'append a\n', 'initrd=a ', 'kernel a\n'],
  },
  {
    name: 'GRUB',
    read: config('grub.cfg'),
    heads: ["menuentry 'a' {\n", "menuentry 'a' {\nlinux "],
    own: ['function a ', 'linux a\n', 'initrd a\n'],
  },
  {
    name: 'iPXE',
    read: config('boot.ipxe'),
    heads: ['#!ipxe\n', '#!ipxe\nkernel ', '#!ipxe\nchain ', '#!ipxe\nkernel a '],
    own: ['?a', '?initrd=a&', '${a} ', 'kernel a\n', 'initrd a\n', ' && '],
  },
  {
    name: 'an iPXE script that is probed',
    read: (text) => filesOfScript(text, 'http://192.0.2.1/'),
    heads: ['#!ipxe\nkernel ', '#!ipxe\nset a ', '#!ipxe\ninitrd --name '],
    own: ['?a', '${a}', 'kernel a\n'],
  },
  {
    name: 'screen',
    read: async (text) => {
      await readGivenWords([await file('screen.txt', text)]);
      return answerText(text, []);
    },
    heads: ['', 'Filename: '],
    own: ['filename is ', ' 4', ' 24 ', 'PXE-E32 ', 'ipxe.org/', '[a](https:', 'TFTP. ', "Filename '", '(0x'],
  },
  {
    name: 'log',
    read: async (text) => analyseLogFile(await file('boot.log', text)),
    heads: [
      '',
      'Nov 28 10:00:00 a dnsmasq-dhcp[1]: ',
      'Nov 28 10:00:00 a dnsmasq-dhcp[1]: 1 sent size: 1 option: 1 ',
      'Nov 28 10:00:00 a dnsmasq-tftp[1]: TFTP root is /',
      'Nov 28 10:00:00 a dhcpd[1]: DHCPDISCOVER from ',
      'Nov 28 10:00:00 a kea-dhcp4[1]: INFO [kea-dhcp4.leases/1',
      'Nov 28 10:00:00 a atftpd[1]: /',
      '192.0.2.1 - - [28/Nov/2026:10:00:00 +0000] "GET /',
      '2026/11/28 10:00:00 [error] 1#1: *1 open() "/a" failed (2: No such file), client: ',
    ],
    own: ['client: 1 ', ' from aa:aa:aa:aa:aa:aa (', '[client 1:1] ', 'permissions deny', '<a', 'DHCP4_'],
  },
  {
    name: 'what goes into a bundle',
    read: (text) => new Masker([['name', 'a']]).text(text),
    heads: ['', 'password: '],
    own: [
      'token',
      'password:\n',
      '-----BEGIN A-----\n',
      'ecdsa-sha2-',
      'ecdsa-sha2-,',
      '$1$',
      '//a:',
      '/home/',
      'aa:',
    ],
  },
  {
    name: 'lists of machines',
    read: (text) => {
      formatOfList(text, 'a');
      return [readCsvMachines, readIscHosts, readDnsmasqHosts].map((read) => read(text));
    },
    heads: ['mac,name\n', 'host a {'],
    own: ['mac ', 'host a {', 'host a { }\n', 'hardware ethernet a'],
  },
  {
    name: 'signatures and check sums',
    read: (text) => [dearmor, parseChecksumList, releaseSums].map((read) => attempt(() => read(text))),
    heads: ['-----BEGIN PGP SIGNATURE-----\n', 'SHA256:\n', 'SHA256 ('],
    own: ['-----BEGIN PGP A-----\n', 'a  a\n', ' a'],
  },
  {
    name: 'seeds',
    read: (text) =>
      (['autoinstall', 'preseed', 'kickstart', 'ignition', 'autoyast', 'alpine'] as const).map((format) =>
        checkSeed(format, text),
      ),
    heads: [
      '#cloud-config\n',
      'd-i a/b string ',
      '{"ignition": {',
      '<?xml version="1.0"?><profile',
      '#!/bin/sh\n',
    ],
    own: [' a="b"', '<a>', '<!--', '&a', 'd-i a/b ', '{{', '\\\n'],
  },
];

describe('texts of strangers are read in linear time', () => {
  it.each(READERS)('$name', { timeout: 120_000 }, async ({ read, heads, own = [] }) => {
    const slow: string[] = [];
    for (const head of heads)
      for (const unit of [...ANY, ...own]) {
        const pumped = (bytes: number): string => `${head}${unit.repeat(bytes / unit.length)}\u0001x\n`;
        const once = await cpuMs(() => read(pumped(BYTES)));
        if (once < QUICK_MS) continue;
        const again = await tidyCpuMs(() => read(pumped(BYTES)));
        const twice = Math.min(
          await tidyCpuMs(() => read(pumped(2 * BYTES))),
          await tidyCpuMs(() => read(pumped(2 * BYTES))),
        );
        if (twice > MAX_RATIO * Math.max(once, again))
          slow.push(`${JSON.stringify(head + unit)}: ${BYTES} bytes ${once} ms, twice as many ${twice} ms`);
      }
    expect(slow).toEqual([]);
  });
});

function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** The garbage of other tests of this process does not count. */
async function tidyCpuMs(read: () => unknown): Promise<number> {
  collectGarbage();
  return cpuMs(read);
}

/** What is refused is read too; the computer's other work does not count. */
async function cpuMs(read: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  try {
    await read();
  } catch {
    // an error is an answer
  }
  const { user, system } = process.cpuUsage(before);
  return Math.round((user + system) / 1000);
}
