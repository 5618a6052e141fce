import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../src/model/finding.ts';
import { fixTexts } from '../../../../src/doctor/mend/fix-steps.ts';
import { areForeign, lintFiles } from '../../../../src/doctor/lint-files.ts';

interface Verdict {
  readonly config: string;
  readonly verdict: 'healthy' | 'ill' | 'not-understood';
  readonly errors: readonly string[];
  /** findings that are no errors, or that only a dnsmasq here makes one */
  readonly notes?: readonly string[];
  readonly not?: readonly string[];
  /** where the first error is */
  readonly at?: string;
  /** a line that only a real dnsmasq refuses */
  readonly refused?: string;
  readonly why: string;
}

const folder = new URL('../../../../fixtures/field/configs/', import.meta.url);
const verdicts = JSON.parse(readFileSync(new URL('verdicts.json', folder), 'utf8')) as readonly Verdict[];
const lint = (name: string) => lintFiles([new URL(name, folder).pathname], { fix: false, root: undefined });
const idsOf = (findings: readonly Finding[], isError: boolean): readonly string[] => [
  ...new Set(findings.filter((f) => (f.severity === 'error') === isError).map((f) => f.id)),
];

describe('configurations from the field', () => {
  it.each(verdicts)('$config: $why', async ({ config, verdict, errors, notes = [], not = [], ...more }) => {
    const { readings, findings } = await lint(config);
    const ids = findings.map((finding) => finding.id);
    const expected = findings.some(({ evidence }) => evidence[0]?.source === more.refused);
    if (more.refused === undefined || !expected) {
      expect([...idsOf(findings, true)].sort()).toEqual([...errors].sort());
      expect(readings.map((reading) => reading.verdict)).toEqual([verdict]);
    }
    expect(ids).toEqual(expect.arrayContaining([...notes]));
    for (const id of not) expect(ids).not.toContain(id);
    if (more.at !== undefined)
      expect(findings.find((f) => f.severity === 'error')?.evidence[0]?.source).toBe(more.at);
  });

  it('says that UEFI gets a BIOS program only where it does', async () => {
    const { findings } = await lint('proxy-boot-by-class.conf');
    const found = findings.find(({ id }) => id === 'no-boot-service-for-arch');
    expect(found?.cause).not.toContain('undionly.kpxe');
    expect(found?.evidence.map(({ text }) => text)).toContain('dhcp-boot=tag:efi7,ipxe.efi,,10.20.0.4');
  });

  it('tells iPXE apart with the lines that are there: option 67 goes out once, and no pxe-service makes a menu', async () => {
    const { findings } = await lint('option-67-loop.conf');
    const fix = findings.flatMap(({ mends }) => fixTexts(mends));
    expect(fix).toContain('dhcp-option=tag:!ipxe,tag:bios,option:bootfile-name,undionly.kpxe');
    expect(fix.join('\n')).not.toContain('pxe-service');
  });

  it('mends an OpenWrt file in its own syntax', async () => {
    const { findings } = await lint('openwrt-options-66-67');
    const fix = findings.flatMap(({ mends }) => fixTexts(mends));
    expect(fix).toEqual(expect.arrayContaining(['config match', "\toption match 'option:client-arch,7'"]));
    // the init script of OpenWrt passes an address over that has no server name before it
    expect(fix.join('\n')).toContain(
      "\toption filename 'boot/undionly.kpxe'\n\toption servername '10.40.0.9'\n\toption serveraddress '10.40.0.9'",
    );
    expect(fix.join('\n')).not.toMatch(/^\s*dhcp-/m);
  });

  it('names the lines of an OpenWrt file that are filled in later', async () => {
    const { readings } = await lint('openwrt-placeholders');
    expect(readings[0]?.kind).toContain('a template (placeholders)');
    expect(readings[0]?.passedOver.map(({ at }) => at)).toEqual(['3, 6-7']);
  });

  it('says of a dnsmasq in a compose file where it runs, too', async () => {
    const { findings, readings } = await lint('compose-dnsmasq-in-bridge.yml');
    const errors = findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ id, evidence }) => [id, evidence[0]?.source])).toEqual([
      ['container-not-on-host-network', 'compose-dnsmasq-in-bridge.yml:5'],
    ]);
    // the options are right, the place is not
    expect(readings.map(({ verdict }) => verdict)).toEqual(['healthy', 'ill']);
  });

  it('takes a compose file for no pxectl.yaml that is to be mended', async () => {
    expect(await areForeign([new URL('compose-ports.yml', folder).pathname])).toBe(true);
  });

  it('reads what Pi-hole 5 leases beside the lines of its dnsmasq.d', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pxectl-pihole-'));
    const [vars, own] = [join(folder, 'setupVars.conf'), join(folder, '07-pxe.conf')];
    const lease =
      'DHCP_START=192.168.1.100\nDHCP_END=192.168.1.200\nDHCP_ROUTER=192.168.1.1\nDHCP_LEASETIME=24\n';
    writeFileSync(vars, `PIHOLE_INTERFACE=eth0\nPIHOLE_DNS_1=9.9.9.9\nDHCP_ACTIVE=true\n${lease}`);
    writeFileSync(own, 'dhcp-boot=pxelinux.0,,192.168.1.11\n');
    const { findings, readings } = await lintFiles([vars, own], { fix: false, root: undefined });
    rmSync(folder, { recursive: true });
    expect(readings[0]?.kind).toContain('Pi-hole 5 (setupVars.conf)');
    expect(findings.map(({ id, evidence }) => [id, evidence[0]?.source])).toContainEqual([
      'no-boot-service-for-arch',
      '07-pxe.conf:1',
    ]);
  });

  it('proposes an option that the line can be', async () => {
    const { findings } = await lint('equals-for-hyphen.conf');
    expect(findings.map(({ title }) => title)).toContain('dnsmasq has no option log; is it log-dhcp?');
  });

  it('says nothing about files of this computer, whatever it has', async () => {
    // a name that is misspelt is so on any computer
    const misspelt = ['misspelt-loader.conf', 'openwrt-placeholders'];
    for (const { config } of verdicts.filter((one) => !misspelt.includes(one.config))) {
      const { findings } = await lint(config);
      expect(findings.filter(({ id }) => ['loader-missing', 'tftp-access-denied'].includes(id))).toEqual([]);
    }
  });
});
