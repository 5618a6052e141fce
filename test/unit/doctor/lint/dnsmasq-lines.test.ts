import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lintFiles } from '../../../../src/doctor/lint-files.ts';
import { lintDnsmasqConfig } from '../../../../src/doctor/lint/lint-dnsmasq.ts';
import { isBlotted } from '../../../../src/doctor/lint/blotted-values.ts';
import { itNeeds } from '../../../support/external-tool.ts';
import type { Finding } from '../../../../src/model/finding.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-lines-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LEASES = 'port=0\ndhcp-range=192.168.1.100,192.168.1.200,12h\nenable-tftp\ntftp-root=/srv/tftp\n';
const ARCH = 'dhcp-match=set:efi,option:client-arch,7\ndhcp-match=set:efi,option:client-arch,9\n';
const BOTH = `${ARCH}dhcp-boot=tag:efi,ipxe.efi\ndhcp-boot=tag:!efi,undionly.kpxe\n`;

const lint = (text: string): readonly Finding[] =>
  lintDnsmasqConfig(['/d.conf'], { read: () => text, list: () => undefined, exists: () => undefined })
    .findings;
const told = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ id, severity }) => `${severity} ${id}`);
/** What the edits of findings put into the file. */
const linesOf = (findings: readonly Finding[]): readonly string[] =>
  findings.flatMap(({ mends }) => mends.flatMap((fix) => (fix.kind === 'edit' ? fix.by : [])));

async function lintFile(name: string, text: string) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return lintFiles([path], { fix: false, root: undefined });
}

describe('a menu of a server that leases addresses', () => {
  it('that is for BIOS alone gets an item for UEFI too: one without items cancels', () => {
    const found = lint(`${LEASES}dhcp-boot=pxelinux.0\npxe-service=x86PC,"x",pxelinux\n`);
    expect(linesOf(found)).toEqual(
      expect.arrayContaining([
        'dhcp-boot=tag:efi64,ipxe.efi',
        'pxe-service=X86-64_EFI,"Network boot",ipxe.efi',
        'pxe-service=BC_EFI,"Network boot",ipxe.efi',
      ]),
    );
    expect(linesOf(lint(`${LEASES}dhcp-boot=pxelinux.0\n`)).join()).not.toContain('pxe-service');
  });
});

describe('tags', () => {
  const TYPO = `${LEASES}dhcp-boot=undionly.kpxe\ndhcp-match=set:efix64,option:client-arch,7\n`;

  it.each(['efi64', 'efiX64', 'efi-x64'])('%s for efix64, which nothing asks for, is a slip', (tag) => {
    const found = lint(`${TYPO}dhcp-boot=tag:${tag},ipxe.efi\ndhcp-option=tag:${tag},67,ipxe.efi\n`);
    expect(told(found)).toContain('error tag-never-set');
    expect(linesOf(found)).toEqual(
      expect.arrayContaining(['dhcp-boot=tag:efix64,ipxe.efi', 'dhcp-option=tag:efix64,67,ipxe.efi']),
    );
    // the other place is evidence, and no second finding says that efix64 is served nothing
    expect(found.filter(({ title }) => title.includes('efix64'))).toHaveLength(1);
  });

  it('with other numbers, or far from any, are no slip', () => {
    const other = TYPO.replace('efix64', 'efi32').replace(',7', ',6');
    for (const tag of ['efi64', 'lab'])
      expect(told(lint(`${other}dhcp-boot=tag:${tag},ipxe.efi\n`))).not.toContain('error tag-never-set');
  });

  it('a part tells of a slip too, and not of what another file may set', () => {
    const part = (tag: string): string => `dhcp-match=set:efix64,93,9\ndhcp-boot=tag:${tag},ipxe.efi\n`;
    expect(told(lint(part('efi64')))).toContain('error tag-never-set');
    expect(told(lint(part('lab')))).not.toContain('warning tag-never-set');
  });

  it('of iPXE that only keep lines from it are one warning: it may have a script inside', () => {
    const kept = `${BOTH.replaceAll('dhcp-boot=', 'dhcp-boot=tag:!ipxe,')}`;
    expect(told(lint(LEASES + kept))).toEqual(['warning tag-never-set']);
    expect(told(lint(`${LEASES}${kept}dhcp-boot=tag:ipxe,http://192.168.1.1/x.ipxe\n`))).toEqual([
      'error tag-never-set',
    ]);
  });
});

describe('comments of other programs', () => {
  it.each(['!### x', '// x', '; x', '/* x */', '-- x', 'REM x'])('%s: one finding, mended by #', (line) => {
    const found = lint(`${line}\n${LEASES}${line}\n${BOTH}`).filter(({ severity }) => severity === 'error');
    expect(told(found)).toEqual(['error config-unreadable']);
    expect(found[0]?.evidence).toHaveLength(2);
    expect(linesOf(found)).toEqual([`# ${line}`, `# ${line}`]);
  });

  it('an option with -- before it is none', () => {
    expect(told(lint(`${LEASES}${BOTH}--log-dhcp\n`))).not.toContain('error config-unreadable');
  });

  itNeeds('dnsmasq')('what dnsmasq says the same of is one finding with its places', async () => {
    const { findings } = await lintFile('same.conf', `${LEASES}${BOTH}a.b=1\nc.d=2\n`);
    const refused = findings.filter(({ id }) => id === 'config-unreadable');
    expect(refused.map(({ evidence }) => evidence.length)).toEqual([2]);
    expect(findings[0]).toBe(refused[0]);
  });
});

describe('lines of dnsmasq that do not do what they are for', () => {
  it.each(['dhcp-userclass=set:ipxe,iPXE', 'dhcp-match=set:ipxe,175'])(
    '%s, and no line that asks for the tag: iPXE gets iPXE',
    (line) => {
      expect(told(lint(`${LEASES}${BOTH}${line}\n`))).toEqual(['warning ipxe-loop']);
      expect(lint(`${LEASES}${BOTH}${line}\ndhcp-boot=tag:ipxe,http://192.168.1.1/boot.ipxe\n`)).toEqual([]);
    },
  );

  it('a file in the place of the menu text boots the local disk', () => {
    const proxy = 'port=0\ndhcp-range=192.168.1.0,proxy\nenable-tftp\ntftp-root=/srv/tftp\n';
    const services = 'pxe-service=X86-64_EFI,"x",grubx64.efi\npxe-service=BC_EFI,"x",grubx64.efi\n';
    const findings = lint(`${proxy}${services}pxe-service=x86PC,pxelinux.0\n`);
    expect(told(findings)).toEqual(['error local-boot-menu-item']);
    expect(linesOf(findings)).toEqual(['pxe-service=x86PC,"Network boot",pxelinux.0']);
    expect(lint(`${proxy}${services}pxe-service=x86PC,"Boot from the local disk"\n`)).toEqual([]);
  });

  it('a bare word before the number of an option is a tag', () => {
    const option = 'dhcp-option=pxe,66,192.168.1.9\n';
    expect(told(lint(LEASES + BOTH + option))).toContain('warning tag-never-set');
    expect(told(lint(`${LEASES}${BOTH}dhcp-vendorclass=set:pxe,PXEClient\n${option}`))).not.toContain(
      'warning tag-never-set',
    );
  });

  it('an address in the place of the name leaves dnsmasq as the server', () => {
    const without = LEASES.replace(/enable-tftp\n.*\n/, '');
    const findings = lint(`${without}${ARCH}dhcp-boot=tag:efi,grubx64.efi,192.168.1.10\n`);
    expect(told(findings)).toContain('warning wrong-server-address');
    expect(linesOf(findings)).toContain('dhcp-boot=tag:efi,grubx64.efi,,192.168.1.10');
    expect(told(lint(`${LEASES}${ARCH}dhcp-boot=tag:efi,grubx64.efi,192.168.1.10\n`))).not.toContain(
      'warning wrong-server-address',
    );
  });

  it.each([
    ['dhcp-option=tag:h,option:vendor-class,HTTPClien', 'http-client-unanswered', 'HTTPClient'],
    ['dhcp-option=60,PXEclient', 'proxy-offer-ignored', 'PXEClient'],
    ['dhcp-vendorclass=set:h,HTTPClint', 'tag-never-set', 'HTTPClient'],
    ['dhcp-match=set:h,60,PXEClien:Arch:00007', 'tag-never-set', 'PXEClient:Arch:00007'],
  ])('%s has a slip in the vendor class', (line, id, meant) => {
    const found = lint(`${LEASES}${BOTH}${line}\n`).filter((one) => one.severity === 'error');
    expect(told(found)).toEqual([`error ${id}`]);
    expect(linesOf(found)[0]?.endsWith(meant)).toBe(true);
  });

  it('HTTPClient, PXEClient and tags that sound like them are right', () => {
    const lines =
      'dhcp-vendorclass=pxeclient,PXEClient\ndhcp-match=set:httpclients,option:vendor-class,HTTPClient:Arch:00016\ndhcp-option=60,PXEClient\n';
    expect(told(lint(LEASES + BOTH + lines))).not.toContain('error tag-never-set');
  });

  it('programs for 64-bit ARM alone are no fault', () => {
    expect(told(lint(`${LEASES}dhcp-boot=grubaa64.efi\n`))).toEqual(['info loader-arch-mismatch']);
  });

  it("a BIOS program's name in a folder for UEFI is looked at, not condemned", () => {
    const text = `${LEASES}${ARCH}dhcp-boot=tag:efi,uefi/pxelinux.0\ndhcp-boot=tag:!efi,bios/pxelinux.0\n`;
    expect(told(lint(text))).toEqual(['warning no-boot-service-for-arch']);
  });

  it('one program for 32-bit and 64-bit UEFI is noted', () => {
    const both = `${LEASES}${BOTH}dhcp-match=set:efi,option:client-arch,6\n`;
    expect(told(lint(both))).toEqual(['info loader-arch-mismatch', 'info ipxe-loop']);
  });
});

describe('commands of EdgeOS for its dnsmasq', () => {
  const command = (line: string): string => `set service dns forwarding options '${line}'`;
  const lines = [
    'dhcp-match=set:efi,60,PXEClient:Arch:00007',
    'dhcp-vendorclass=set:efi,PXEClint:Arch:00009',
    'dhcp-boot=tag:efi,ipxe.efi,,10.0.0.1',
  ];

  it('are read as its lines, as a part, and mended as commands', async () => {
    const { findings, readings } = await lintFile(
      'edge.cmd',
      `configure\nset service dhcp-server use-dnsmasq enable\n${lines.map(command).join('\n')}\ncommit\n`,
    );
    expect(readings[0]?.kind).toContain('EdgeOS');
    expect(readings[0]?.limits.join()).toContain('there is no dhcp-range');
    expect(told(findings)).toEqual(['error tag-never-set']);
    expect(linesOf(findings)).toEqual([command('dhcp-vendorclass=set:efi,PXEClient:Arch:00009')]);
  });
});

describe('what nobody can judge', () => {
  it.each([
    ['dhcp-host=68:1d:ef:5c:xx:xx,set:mine', true],
    ['dhcp-host=XX:XX:XX:XX:XX:XX', true],
    ['dhcp-range=192.168.1.x,proxy', true],
    ['dhcp-host=68:1d:ef:5c:01:02', false],
    ['dhcp-match=set:e,93,00:07', false],
    ['dhcp-host=00:20:e0:3b:13:*', false],
  ])('%s', (text, isIt) => {
    expect(isBlotted(text)).toBe(isIt);
  });

  it('an address that is made unreadable is no fault and no all-clear', async () => {
    const { findings, readings } = await lintFile(
      'blotted.conf',
      `${LEASES}${ARCH}dhcp-boot=tag:efi,grubx64.efi\ndhcp-boot=tag:!efi,pxelinux.0\ndhcp-host=68:1d:ef:5c:xx:xx,set:mine\n`,
    );
    expect(findings).toEqual([]);
    expect(readings[0]).toMatchObject({ verdict: 'not-understood', passedOver: [{ at: '9' }] });
  });

  it('an option of a newer dnsmasq than that of this host is no error', async () => {
    const { findings } = await lintFile(
      'newer.conf',
      `${LEASES}${ARCH}dhcp-boot=tag:efi,grubx64.efi\ndhcp-boot=tag:!efi,pxelinux.0\ndhcp-option-pxe=67,x.efi\n`,
    );
    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });
});

describe('what is no line of dnsmasq at all', () => {
  itNeeds('dnsmasq')('is refused as dnsmasq refuses it', async () => {
    const { findings } = await lintFile('marked.conf', `!### Proxy DHCP\n${LEASES}${BOTH}`);
    expect(findings[0]).toMatchObject({ id: 'config-unreadable', severity: 'error' });
    expect(findings[0]?.evidence[0]?.source).toBe('marked.conf:1');
  });
});

describe('command lines', () => {
  const command = (...lines: readonly string[]): string =>
    `#!/bin/sh\ndnsmasq --no-daemon --port=0 \\\n${lines.join('\n')}\n`;
  const OPTIONS = ['  --dhcp-range=10.0.0.5,10.0.0.9 \\', '  --dhcp-boot=tag:efi,grubx64.efi'];

  it.each([
    ['an end without a backslash', ['  --enable-tftp', ...OPTIONS], 'error'],
    ['a comment in the middle', ['  --enable-tftp \\', '  # no more', ...OPTIONS], 'error'],
    ['only what it can do without is lost', ['  --enable-tftp \\', ...OPTIONS, '  --log-dhcp'], 'warning'],
    ['one whole command', ['  --enable-tftp \\', ...OPTIONS], undefined],
  ])('%s', async (name, lines, severity) => {
    const { findings } = await lintFile(`${name.replaceAll(' ', '-')}.sh`, command(...lines));
    expect(findings.find(({ title }) => title.startsWith('the command ends'))?.severity).toBe(severity);
  });
});
