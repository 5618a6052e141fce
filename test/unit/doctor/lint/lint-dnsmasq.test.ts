import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../../src/doctor/mend/apply-edits.ts';
import { isFileEdit } from '../../../../src/model/fix.ts';
import { fixTexts } from '../../../../src/doctor/mend/fix-steps.ts';
import type { Finding } from '../../../../src/model/finding.ts';
import type { ConfReader } from '../../../../src/doctor/lint/conf-lines.ts';
import { lintDnsmasqConfig } from '../../../../src/doctor/lint/lint-dnsmasq.ts';

function readerOf(files: Readonly<Record<string, string>>, known = false): ConfReader {
  const names = Object.keys(files);
  const isFolder = (path: string): boolean => names.some((name) => name.startsWith(`${path}/`));
  return {
    read: (path) => files[path],
    list: (path) =>
      isFolder(path)
        ? names.filter((n) => n.startsWith(`${path}/`)).map((n) => n.slice(path.length + 1))
        : undefined,
    exists: (path) => (known ? names.includes(path) || isFolder(path) : undefined),
  };
}

function lint(text: string, more: Readonly<Record<string, string>> = {}, known = false): readonly Finding[] {
  return lintDnsmasqConfig(['/etc/d.conf'], readerOf({ '/etc/d.conf': text, ...more }, known)).findings;
}

const telling = (findings: readonly Finding[]): string[] =>
  findings.filter((f) => f.severity !== 'info').map((f) => f.id);

const users = `dhcp-range=192.168.1.0,proxy,255.255.255.0
dhcp-boot=pxelinux.0
pxe-service=x86PC,"PXE",pxelinux
enable-tftp
tftp-root=/tftpboot
port=0
log-dhcp
`;

const healthy = `port=0
interface=eth0
bind-dynamic
log-dhcp
dhcp-no-override
dhcp-range=192.168.1.0,proxy,255.255.255.0   # the router gives addresses
dhcp-pxe-vendor=PXEClient,HTTPClient
enable-tftp
tftp-root=/srv/tftp
dhcp-match=set:ipxe,175
dhcp-userclass=set:ipxe,iPXE
dhcp-match=set:bios,option:client-arch,0
dhcp-match=set:http64,option:client-arch,16
dhcp-vendorclass=set:httpclient,HTTPClient
dhcp-boot=tag:ipxe,http://192.168.1.11:8080/boot.ipxe,,192.168.1.11
dhcp-boot=tag:httpclient,tag:http64,http://192.168.1.11:8080/bootx64.efi,,192.168.1.11
dhcp-boot=tag:bios,tag:!ipxe,lpxelinux.0,,192.168.1.11
pxe-service=tag:!ipxe,IA32_EFI,"Network boot",bootia32.efi
pxe-service=tag:!ipxe,x86-64_EFI,"Network boot",bootx64.efi
pxe-service=tag:!ipxe,BC_EFI,"Network boot",bootx64.efi
pxe-service=tag:!ipxe,ARM64_EFI,"Network boot",bootaa64.efi
`;

describe('lintDnsmasqConfig', () => {
  it("names the line of the user's own configuration, and gives the lines that mend it", () => {
    const findings = lint(users);
    expect(telling(findings)).toEqual(['no-boot-service-for-arch']);
    expect(findings[0]?.evidence[0]).toEqual({
      source: 'd.conf:3',
      text: 'pxe-service=x86PC,"PXE",pxelinux',
    });
    expect(fixTexts(findings[0]?.mends ?? []).slice(0, 3)).toEqual([
      'after d.conf:3 add',
      'pxe-service=X86-64_EFI,"Network boot",ipxe.efi',
      'pxe-service=BC_EFI,"Network boot",ipxe.efi',
    ]);
  });

  it('says nothing about a configuration that works', () => {
    expect(lint(healthy).map((f) => f.title)).toEqual([]);
  });

  it.each<readonly [string, string, string]>([
    [
      'proxy without pxe-service',
      'port=0\ndhcp-range=10.0.0.0,proxy\ndhcp-boot=ipxe.efi,,10.0.0.1\nenable-tftp\ntftp-root=/t\ndhcp-match=set:ipxe,175',
      'proxy-without-pxe-service',
    ],
    [
      'a BIOS program for UEFI',
      healthy.replace('x86-64_EFI,"Network boot",bootx64.efi', 'x86-64_EFI,"Network boot",pxelinux.0'),
      'loader-arch-mismatch',
    ],
    [
      'an ARM program for x64',
      healthy.replace('x86-64_EFI,"Network boot",bootx64.efi', 'x86-64_EFI,"Network boot",bootaa64.efi'),
      'loader-arch-mismatch',
    ],
    [
      'a name without a dot for UEFI',
      healthy.replace('BC_EFI,"Network boot",bootx64.efi', 'BC_EFI,"Network boot",bootx64'),
      'loader-arch-mismatch',
    ],
    ['only BC_EFI', healthy.replace(/^.*x86-64_EFI.*$/m, ''), 'no-boot-service-for-arch'],
    [
      'local boot first',
      healthy.replace(/^(.*x86-64_EFI.*)$/m, 'pxe-service=x86-64_EFI,"Local disk"\n$1'),
      'local-boot-menu-item',
    ],
    [
      'two services for one architecture',
      healthy.replace(/^(.*x86-64_EFI.*)$/m, '$1\npxe-service=tag:!ipxe,x86-64_EFI,"Other",other.efi'),
      'menu-without-default',
    ],
    ['DNS on', healthy.replace('port=0\n', ''), 'dns-port-enabled'],
    ['no TFTP', healthy.replace('enable-tftp\n', ''), 'tftp-not-served'],
    ['HTTP Boot without its class', healthy.replace(/^dhcp-pxe-vendor.*$/m, ''), 'http-client-unanswered'],
    [
      'HTTP Boot, its architecture in bytes, without its class',
      healthy.replace('option:client-arch,16', '93,00:10').replace(/^dhcp-pxe-vendor.*$/m, ''),
      'http-client-unanswered',
    ],
    [
      'HTTP Boot by pxe-service',
      `${healthy}pxe-service=16,"HTTP",http://192.168.1.11/x.efi\n`,
      'http-client-unanswered',
    ],
    [
      'PXEClient left out',
      healthy.replace('PXEClient,HTTPClient', 'HTTPClient'),
      'proxy-without-pxe-service',
    ],
    [
      'iPXE without an address',
      healthy.replace('boot.ipxe,,192.168.1.11', 'boot.ipxe'),
      'wrong-server-address',
    ],
    [
      'dhcp-boot that has no effect',
      `${healthy}dhcp-boot=grubx64.efi,,192.168.1.11\n`,
      'dhcp-boot-overridden',
    ],
    ['an unknown architecture name', healthy.replace('x86-64_EFI', 'X86_64-EFI'), 'config-unreadable'],
    ['a misspelt option', `${healthy}pxe-servce=7,"x",y.efi\n`, 'config-option-unknown'],
  ])('%s', (_name, text, id) => {
    expect(telling(lint(text))).toContain(id);
  });

  it('says that iPXE may load itself, and a fault only where it sees that there is no script beside it', () => {
    const text = `${users}pxe-service=X86-64_EFI,"x",ipxe.efi\npxe-service=BC_EFI,"x",ipxe.efi`;
    const severity = (findings: readonly Finding[]): string | undefined =>
      findings.find((f) => f.id === 'ipxe-loop')?.severity;
    expect(severity(lint(text))).toBe('info');
    const there = { '/tftpboot/ipxe.efi': '', '/tftpboot/pxelinux.0': '' };
    expect(severity(lint(text, there, true))).toBe('warning');
    expect(severity(lint(text.replaceAll('ipxe.efi', 'netboot.xyz.efi')))).toBeUndefined();
  });

  it('accuses nobody of files that it was not given', () => {
    const text = `${healthy}conf-file=/etc/none.conf\n`;
    expect(lint(text)).toEqual([]);
    expect(telling(lint(text, { '/srv/tftp/lpxelinux.0': '' }, true))).toContain('config-unreadable');
  });

  it('keeps options that it does not know, and only notes them', () => {
    const findings = lint(`${healthy}zz-some-new-thing=1\n`);
    expect(findings.map((f) => [f.id, f.severity])).toEqual([['config-option-unknown', 'info']]);
  });

  it('follows conf-file and conf-dir, and names the file that a finding is in', () => {
    const split = {
      '/etc/d.d/10-pxe.conf': 'pxe-service=X86-64_EFI,"PXE",pxelinux.0\npxe-service=BC_EFI,"PXE",ipxe.efi',
      '/etc/d.d/old.bak': 'pxe-service=7,"x",y.0',
    };
    const findings = lint(
      'port=0\ndhcp-range=10.0.0.0,proxy\nenable-tftp\ntftp-root=/t\ndhcp-match=set:ipxe,175\nconf-dir=d.d,*.conf\n',
      split,
    );
    expect(findings.map((f) => [f.id, f.evidence[0]?.source])).toEqual([
      ['loader-arch-mismatch', '10-pxe.conf:1'],
      // the tag of iPXE is set, and no line asks for it
      ['ipxe-loop', '10-pxe.conf:2'],
    ]);
  });

  it('looks for the files in the TFTP root, and at their case', () => {
    const text = healthy.replaceAll('bootx64.efi', 'BOOTX64.efi');
    const there = {
      '/srv/tftp/bootx64.efi': '',
      '/srv/tftp/bootia32.efi': '',
      '/srv/tftp/bootaa64.efi': '',
      '/srv/tftp/lpxelinux.0': '',
    };
    const findings = lint(text, there, true);
    expect(new Set(telling(findings))).toEqual(new Set(['loader-missing']));
    expect(findings[0]?.cause).toContain('case-sensitive');
    expect(lint(healthy, there, true)).toEqual([]);
  });

  it('says so when there is no network boot in the file', () => {
    expect(lint('server=8.8.8.8\ncache-size=1000\n').map((f) => [f.id, f.severity])).toEqual([
      ['no-pxe-in-log', 'info'],
    ]);
  });

  it('answers any text', () => {
    const word = fc.constantFrom(
      'pxe-service=',
      'dhcp-boot=',
      'dhcp-range=',
      'tag:x,',
      'conf-file=/etc/d.conf',
      '7',
      ',',
      '"',
      'proxy',
      '\n',
      'x86PC',
      '#',
      '\\',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(word, fc.string()), { maxLength: 30 }),
        (parts) => void lint(parts.join('')),
      ),
      { numRuns: 500 },
    );
  });
});

describe('applyEdits', () => {
  it('gives a configuration that has no finding any more, and keeps every other line', () => {
    const text = `# my own\n${users}`.replace('port=0\n', '');
    const findings = lint(text);
    const fixed = applyEdits(
      text,
      '/etc/d.conf',
      findings.flatMap((f) => f.mends.filter(isFileEdit)),
    );
    expect(telling(lint(fixed))).toEqual([]);
    for (const line of text.split('\n')) expect(fixed.split('\n')).toContain(line);
  });
});

describe('the configurations of the failure fixtures', () => {
  const folder = new URL('../../../../fixtures/failures/', import.meta.url);
  const expected: Readonly<Record<string, string>> = {
    'e21-bios-only-pxe-service': 'no-boot-service-for-arch',
    'users-own-conf': 'no-boot-service-for-arch',
  };
  it.each(readdirSync(folder).filter((name) => expected[name] !== undefined))('%s', (name) => {
    const text = readFileSync(new URL(`${name}/dnsmasq.conf`, folder), 'utf8');
    expect(telling(lint(text))[0]).toBe(expected[name]);
  });
});

describe('the configurations of the healthy fixtures', () => {
  const folder = new URL('../../../../fixtures/captures/', import.meta.url);
  it.each(readdirSync(folder).filter((name) => name.endsWith('.conf')))('%s has no error', (name) => {
    // a configuration for BIOS alone boots BIOS machines, and has nothing for UEFI ones: the lint says so
    const isForBiosAlone = name.startsWith('bios-');
    const findings = lint(readFileSync(new URL(name, folder), 'utf8')).filter(
      (f) => !(isForBiosAlone && f.id === 'no-boot-service-for-arch'),
    );
    expect(findings.filter((f) => f.severity === 'error').map((f) => `${f.id}: ${f.title}`)).toEqual([]);
  });
});
