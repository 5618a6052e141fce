import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { lintFiles } from '../../../../src/doctor/lint-files.ts';
import { parseKea } from '../../../../src/doctor/lint/kea/kea-json.ts';
import { holdsInKea } from '../../../../src/doctor/lint/kea/kea-test.ts';
import { lintKea } from '../../../../src/doctor/lint/kea/lint-kea.ts';
import { run } from '../../../../src/platform/processes.ts';
import { itNeeds } from '../../../support/external-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-kea-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kea = (classes: string, inside = '"next-server": "10.0.0.2"', pool = '10.0.0.10 - 10.0.0.99'): string =>
  `{\n"Dhcp4": { // the only server\n"valid-lifetime": 3600,\n"lease-database": { "type": "memfile", "persist": false },\n"client-classes": [\n${classes}\n],\n"subnet4": [ { "id": 1, "subnet": "10.0.0.0/24",\n"pools": [ { "pool": "${pool}" } ],\n${inside} } ]\n}\n}\n`;
const OTHER = `{ "name": "other", "test": "option[12].hex == 'x'" }`;
const UEFI =
  '{ "name": "uefi", "test": "option[93].hex == 0x0007 or option[93].hex == 0x0009", "boot-file-name": "snponly.efi" }';
const BIOS = `{ "name": "bios", "test": "option[93].hex == 0x0000", "boot-file-name": "undionly.kpxe" }`;
const IPXE = `{ "name": "script", "test": "option[77].hex == 'iPXE'", "boot-file-name": "http://10.0.0.2/boot.ipxe" }`;

/** what it is, the text, what is told; `config-unreadable` is what Kea refuses */
const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  ['iPXE, UEFI and BIOS', kea([IPXE, UEFI, BIOS].join(',\n')), []],
  ['the script behind the firmware', kea([UEFI, BIOS, IPXE].join(',\n')), ['error ipxe-loop']],
  [
    'firmware that leaves iPXE out',
    kea([IPXE, UEFI.replace('or option[93].hex == 0x0009', "and not member('script')"), BIOS].join(',\n')),
    ['warning no-boot-service-for-arch'],
  ],
  [
    'one BIOS program for all',
    kea(OTHER, '"next-server": "10.0.0.2", "boot-file-name": "pxelinux.0"'),
    ['warning no-boot-service-for-arch'],
  ],
  [
    'no next server, and pxelinux',
    kea(OTHER, '"boot-file-name": "pxelinux.0"'),
    ['error wrong-server-address', 'warning no-boot-service-for-arch'],
  ],
  [
    'no next server, and iPXE with its script',
    kea([IPXE, UEFI, BIOS].join(',\n'), '"renew-timer": 900'),
    ['warning wrong-server-address'],
  ],
  [
    'a text for the architecture',
    kea(
      `{ "name": "uefi",\n"test": "option[93].hex == '00:07' or option[93].hex == 0x0009",\n"boot-file-name": "shimx64.efi" }`,
    ),
    ['error no-boot-service-for-arch'],
  ],
  [
    "a subnet's option before a class's",
    kea(
      '{ "name": "uefi", "test": "option[93].hex == 0x0007", "option-data": [ { "name": "boot-file-name", "data": "shimx64.efi" } ] }',
      '"next-server": "10.0.0.2", "option-data": [ { "name": "boot-file-name", "data": "pxelinux.0" } ]',
    ),
    ['error no-boot-service-for-arch'],
  ],
  [
    'the name of a server for its address',
    kea([IPXE, UEFI, BIOS].join(',\n'), '"next-server": "boot.example.com"'),
    ['error config-unreadable'],
  ],
  [
    'a class that nothing defines',
    kea([UEFI.replace('or option[93].hex == 0x0009', "and not member('ipxe')"), BIOS].join(',\n')),
    ['error config-unreadable', 'warning no-boot-service-for-arch'],
  ],
  [
    'a class that is defined behind its use',
    kea([UEFI.replace('== 0x0007 or', "== 0x0007 and not member('script') or"), BIOS, IPXE].join(',\n')),
    ['error config-unreadable', 'error ipxe-loop'],
  ],
  [
    "classes that are Kea's own",
    kea(
      [`{ "name": "known", "test": "member('KNOWN') or member('VENDOR_CLASS_x')" }`, IPXE, UEFI, BIOS].join(
        ',\n',
      ),
    ),
    [],
  ],
  [
    'a pool of another network',
    kea(UEFI, '"next-server": "10.0.0.2"', '10.0.1.10 - 10.0.1.99'),
    ['error config-unreadable'],
  ],
  [
    'a field as an option',
    kea(UEFI, '"option-data": [ { "name": "next-server", "data": "10.0.0.2" } ]'),
    ['error config-unreadable'],
  ],
  [
    'a comma that is missing',
    kea(UEFI).replace('"valid-lifetime": 3600,', '"valid-lifetime": 3600'),
    ['error config-unreadable'],
  ],
];

async function lint(name: string, text: string) {
  const path = join(folder, name);
  writeFileSync(path, text);
  rmSync(`${path}.fixed`, { force: true });
  const { findings, readings, written } = await lintFiles([path], { fix: true, root: undefined });
  return {
    told: findings
      .filter(({ severity }) => severity !== 'info')
      .map(({ id, severity }) => `${severity} ${id}`),
    first: findings[0]?.evidence[0]?.source,
    reading: readings[0],
    written,
  };
}

describe('a configuration of Kea', () => {
  it('says of a configuration without a boot file that there is no network boot in it', () => {
    const titles = lintKea('/k.conf', kea(OTHER)).findings.map(({ title }) => title);
    expect(titles).toEqual(['there is no network boot in this configuration']);
  });

  it.each(CASES)('%s', async (_what, text, told) => {
    const result = await lint('kea.json', text);
    expect([...result.told].sort()).toEqual([...told].sort());
    const isIll = told.some((one) => one.startsWith('error'));
    expect(result.reading?.verdict).toBe(isIll ? 'ill' : 'healthy');
  });

  it('tells the line of what is no JSON, and mends what can be mended', async () => {
    const text = kea(UEFI).replace('"valid-lifetime": 3600,', '"valid-lifetime": 3600');
    expect((await lint('comma.kea.json', text)).first).toBe('comma.kea.json:4');
    const [, compared = ''] = CASES.find(([what]) => what === 'a text for the architecture') ?? [];
    const { written } = await lint('text.kea.json', compared);
    expect(readFileSync(written[0] ?? '', 'utf8')).toContain('option[93].hex == 0x0007 or');
  });

  it('gives no all-clear of a part, a template, or a test that it cannot tell', async () => {
    const part = await lint('part.kea.json', `"client-classes": [ ${IPXE}, ${UEFI} ]`);
    expect(part.reading).toMatchObject({ verdict: 'not-understood' });
    expect(part.reading?.limits.join()).toContain('there is no subnet4');
    const marked = await lint(
      'marked.kea.json',
      kea([IPXE, UEFI, BIOS].join(',\n'), '"next-server": "VAR_NEXT_SERVER_IP"'),
    );
    expect(marked.reading?.verdict).toBe('not-understood');
    const relayed = UEFI.replace('option[93].hex == 0x0007', 'relay4[1].hex == 0x05');
    const told = await lint(
      'relay.kea.json',
      kea([IPXE, relayed.replace('or option[93].hex == 0x0009', ''), BIOS].join(',\n')),
    );
    expect(told.reading?.passedOver.map(({ what }) => what)).toEqual(['tests that doctor cannot tell']);
  });

  it.each([
    ['option[93].hex == 0x0007', true],
    ["substring(option[60].hex,0,20) == 'PXEClient:Arch:00007'", true],
    ["substring(option[60].hex, 0, 9) == 'PXEClient' and not option[175].exists", true],
    ["option[77].hex == 'iPXE' or (option[client-system].hex == 0x0000)", false],
    ["hexstring(option[93].hex, ':') == '00:07'", true],
    ["member('a') and option[93].exists", true],
    ["member('b')", false],
    ["substring(option[60].hex, -6, all) == '003016'", true],
    ["concat(option[93].hex, 'x') == 'x'", false],
    ["relay4[1].hex == 'eth0'", undefined],
    ['pkt4.mac == 0x525400123456 and option[93].hex == 0x0000', false],
    ['option[93].hex ==', undefined],
    ['option[93', undefined],
  ])('%s', (test, is) => {
    expect(holdsInKea(test, { architecture: 7, isIpxe: false }, (name) => name === 'a')).toBe(is);
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string({
            unit: fc.constantFrom('{', '}', '[', ']', ':', ',', '"', 'a', '#', '\n', '.', "'", '(', ')'),
          }),
        ),
        (text) => {
          expect(parseKea(text).root.line).toBeGreaterThan(0);
          expect(lintKea('/k', text).classCount).toBeGreaterThanOrEqual(0);
          holdsInKea(text, { architecture: 7, isIpxe: true }, () => undefined);
        },
      ),
      { numRuns: 300 },
    );
  });

  itNeeds('kea-dhcp4')(
    'Kea refuses what doctor calls unreadable, and takes the rest and each mended copy',
    async () => {
      const takes = async (text: string): Promise<boolean> => {
        const path = join(folder, 'whole.json');
        writeFileSync(path, text);
        const { exitCode } = await run('kea-dhcp4', ['-t', path], { timeoutMs: 20_000 });
        return exitCode === 0;
      };
      for (const [name, text, told] of CASES) {
        expect([name, await takes(text)]).toEqual([name, !told.includes('error config-unreadable')]);
        const { written } = await lint('mended.json', text);
        for (const path of written)
          expect([name, await takes(readFileSync(path, 'utf8'))]).toEqual([name, true]);
      }
    },
    60_000,
  );
});
