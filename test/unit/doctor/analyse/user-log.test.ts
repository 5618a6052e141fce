import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fixTexts } from '../../../../src/doctor/mend/fix-steps.ts';
import { analyse } from '../../../../src/doctor/analyse/analyse.ts';
import { observeLines } from '../../../../src/doctor/read/observe-lines.ts';
import type { Finding } from '../../../../src/model/finding.ts';

function findingsOf(text: string): readonly Finding[] {
  return analyse(observeLines(text.split('\n')));
}

const log = readFileSync(
  new URL('../../../../fixtures/dnsmasq-log/seed-boot-log.txt', import.meta.url),
  'utf8',
);

describe('the log that pxectl began with', () => {
  const findings = findingsOf(log);

  it('gives one finding: nothing for arch 7, and pxelinux.0 is a BIOS program', () => {
    expect(findings.map((f) => [f.id, f.severity])).toEqual([['no-boot-service-for-arch', 'error']]);
    const [finding] = findings;
    expect(finding?.client).toEqual({ firmware: 'uefi-x64' });
    expect(finding?.codes).toContain('PXE-E21');
    expect(finding?.cause).toContain('UEFI x64 client (arch 7) was given the BIOS program pxelinux.0');
    expect(finding?.cause).toContain('no pxe-service line for arch 7');
    expect(finding?.cause).toContain('06:01:08');
    expect(finding?.cause).toContain('PXE-E21');
    expect(finding?.cause).toContain('no TFTP request follows');
  });

  it('quotes the lines that show it, with their numbers', () => {
    const lines = log.split('\n');
    for (const { source, text } of findings[0]?.evidence ?? []) {
      const number = Number(/^log:(\d+)$/.exec(source)?.[1]);
      expect(lines[number - 1]).toContain(text);
    }
    const quoted = findings[0]?.evidence.map((e) => e.text).join('\n') ?? '';
    expect(quoted).toContain('Arch:00007');
    expect(quoted).toContain('bootfile name: pxelinux.0');
    expect(quoted).toContain('06:01:08');
  });

  it('prints the lines that mend it, and the pxectl way', () => {
    const fix = fixTexts(findings[0]?.mends ?? []).join('\n');
    expect(fix).toMatch(/^pxe-service=X86-64_EFI,"Network boot",ipxe\.efi$/m);
    expect(fix).toMatch(/^pxe-service=BC_EFI,"Network boot",ipxe\.efi$/m);
    expect(fix).toContain('/tftpboot/ipxe.efi');
    expect(fix).toContain('pxectl init --interface eno1 --address 192.168.1.50 --image ubuntu-20.04.3');
    expect(fix).toContain('pxectl up ubuntu-20.04.3');
  });

  it('says the same of the log without prefixes, and with a whole MAC and whole option bytes', () => {
    const bare = log
      .replaceAll(/^dhcp_1 {3}\| /gm, '')
      .replaceAll('f4:4d:...', 'f4:4d:30:00:00:01')
      .replace('06:01:08:...', '06:01:08:0a:04:00:50:58:45:ff');
    const [finding] = findingsOf(bare);
    expect(finding).toMatchObject({
      id: 'no-boot-service-for-arch',
      client: { mac: 'f4:4d:30:00:00:01', firmware: 'uefi-x64' },
    });
  });
});

describe('what a log leaves open', () => {
  const answer = [
    'vendor class: PXEClient:Arch:00000:UNDI:002001',
    'PXE(eth0) 52:54:00:12:34:56 proxy',
    'tags: eth0',
    'bootfile name: undionly.kpxe',
    'sent size:  1 option: 53 message-type  2',
    'sent size:  4 option: 54 server-identifier  192.168.86.7',
  ];
  const logOf = (lines: readonly string[]): string =>
    lines.map((line) => `dnsmasq-dhcp: 755875946 ${line}`).join('\n');

  it('does not accuse an answer without next server where BIOS takes the server itself, and does of UEFI', () => {
    expect(findingsOf(logOf(answer)).filter(({ severity }) => severity === 'error')).toEqual([]);
    const uefi = logOf(answer).replace('Arch:00000', 'Arch:00007').replace('undionly.kpxe', 'ipxe.efi');
    expect(findingsOf(uefi).map(({ id }) => id)).toEqual(['wrong-server-address']);
  });

  it('takes one size probe at the end of a log without times for what it may be', () => {
    const probe = [
      'error 0 TFTP Aborted received from 10.0.0.33',
      'failed sending /srv/tftp/undionly.kpxe to 10.0.0.33',
    ];
    expect(findingsOf(probe.join('\n'))).toEqual([]);
    expect(findingsOf([...probe, ...probe, ...probe].join('\n')).map(({ id }) => id)).toEqual([
      'tftp-blocked',
    ]);
  });
});
