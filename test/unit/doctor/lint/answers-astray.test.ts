import { describe, expect, it } from 'vitest';
import { lintDhcpd } from '../../../../src/doctor/lint/dhcpd/lint-dhcpd.ts';
import { elidedLines } from '../../../../src/doctor/lint/elisions.ts';
import { lintKea } from '../../../../src/doctor/lint/kea/lint-kea.ts';
import { lintDnsmasqConfig } from '../../../../src/doctor/lint/lint-dnsmasq.ts';
import type { Finding } from '../../../../src/model/finding.ts';

const told = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ id, severity }) => `${severity} ${id}`);
const lint = (text: string): readonly Finding[] =>
  lintDnsmasqConfig(['/d.conf'], { read: () => text, list: () => undefined, exists: () => undefined })
    .findings;
const dhcpd = (text: string): readonly Finding[] => lintDhcpd('/dhcpd.conf', text, () => undefined).findings;
const linesOf = (findings: readonly Finding[]): readonly string[] =>
  findings.flatMap(({ mends }) => mends.flatMap((fix) => (fix.kind === 'edit' ? fix.by : [])));

const LEASES = 'port=0\ndhcp-range=192.168.1.100,192.168.1.200,12h\nenable-tftp\ntftp-root=/srv/tftp\n';
const IPXE = 'dhcp-match=set:ipxe,175\n';
const SUBNET =
  'subnet 10.0.0.0 netmask 255.255.255.0 {\n  range 10.0.0.10 10.0.0.90;\n  next-server 10.0.0.1;\n';

describe('what firmware is given and cannot run', () => {
  it('is an error where iPXE is told apart: its script is not for firmware', () => {
    const found = lint(`${LEASES}${IPXE}dhcp-boot=menu.ipxe\n`);
    expect(told(found)).toEqual(['error loader-arch-mismatch']);
    const mended = lint(`${LEASES}${IPXE}${linesOf(found).join('\n')}\n`);
    expect(mended).toEqual([]);
    expect(linesOf(found)).toContain('dhcp-boot=tag:ipxe,menu.ipxe');
  });

  it('is a warning where every machine may have iPXE, and a note where it is an address', () => {
    expect(told(lint(`${LEASES}dhcp-boot=menu.ipxe\n`))).toEqual(['warning loader-arch-mismatch']);
    expect(told(dhcpd(`${SUBNET}  filename "http://10.0.0.1/menu.ipxe";\n}\n`))).toEqual([
      'info loader-arch-mismatch',
    ]);
  });

  it('is no script that iPXE alone is given', () => {
    const both = 'dhcp-match=set:efi,option:client-arch,7\ndhcp-match=set:efi,option:client-arch,9\n';
    const text = `${LEASES}${IPXE}${both}dhcp-boot=tag:efi,tag:!ipxe,ipxe.efi\ndhcp-boot=tag:!efi,tag:!ipxe,undionly.kpxe\n`;
    expect(lint(`${text}dhcp-boot=tag:ipxe,menu.ipxe\n`)).toEqual([]);
  });

  it.each(['pxelinux.cfg/default', 'menu.c32', 'grub.cfg', 'images/live.iso'])('is %s too', (file) => {
    expect(told(dhcpd(`${SUBNET}  filename "${file}";\n}\n`))).toEqual(['error loader-arch-mismatch']);
    const kea = `{"Dhcp4":{"subnet4":[{"subnet":"10.0.0.0/24","next-server":"10.0.0.1","boot-file-name":"${file}"}]}}`;
    expect(told(lintKea('/kea.json', kea).findings)).toEqual(['error loader-arch-mismatch']);
  });
});

describe('where clients are sent', () => {
  it('is not an address that stands for the name of a server', () => {
    const found = lint(`${LEASES}dhcp-boot=ipxe,http://192.168.1.9:81/boot?mac=1\n`);
    expect(told(found)).toContain('error wrong-server-address');
    expect(linesOf(found)).toEqual(
      expect.arrayContaining(['dhcp-boot=tag:ipxe,http://192.168.1.9:81/boot?mac=1,,192.168.1.9']),
    );
    expect(linesOf(lint(`${LEASES}dhcp-boot=undionly.kpxe,http://192.168.1.9/x.ipxe\n`))).not.toContain(
      'dhcp-match=set:undionly.kpxe,175',
    );
  });

  it.each(['dhcp-boot=tag:ipxe,http://localhost:8080/boot.ipxe', 'dhcp-boot=tag:ipxe,boot.ipxe,,127.0.0.1'])(
    'is not the client itself: %s',
    (line) => {
      const errors = lint(`${LEASES}${IPXE}${line}\n`).filter(({ id }) => id === 'wrong-server-address');
      expect(told(errors)).toEqual(['error wrong-server-address']);
    },
  );

  it('is said of iPXE that tag-if tells from its features', () => {
    const text = `port=0\ndhcp-range=192.168.1.0,proxy\ndhcp-match=set:http,175,19\ntag-if=set:ok,tag:http\n`;
    const services = ['x86PC', 'X86-64_EFI', 'BC_EFI'].map(
      (name) =>
        `pxe-service=tag:!ok,${name},"x",${name === 'x86PC' ? 'undionly.kpxe' : 'ipxe.efi'},192.168.1.2\n`,
    );
    const boot = 'dhcp-boot=tag:ok,http://192.168.1.2/boot.ipxe';
    expect(told(lint(`${text}${services.join('')}${boot}\n`))).toEqual(['error wrong-server-address']);
    expect(lint(`${text}${services.join('')}${boot},,192.168.1.2\n`)).toEqual([]);
  });
});

describe('lines that were left out', () => {
  it.each(['...', '  ....', '…', '[...]', '<snip>', '--- snip ---'])('%s stands for them', (line) => {
    expect(elidedLines(`a\n${line}\nb`)).toEqual([2]);
    expect(lint(`${LEASES}${line}\ndhcp-boot=pxelinux.0\n`).map(({ id }) => id)).not.toContain(
      'config-option-unknown',
    );
    const found = dhcpd(`${SUBNET}${line}\n  filename "pxelinux.0";\n`).map(({ id }) => id);
    expect(found).not.toContain('config-unreadable');
  });

  it.each(['# ...', 'log-facility=...', '..', '}', '[dhcp]', '---'])('%s does not', (line) => {
    expect(elidedLines(line)).toEqual([]);
  });
});
