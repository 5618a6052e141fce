import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { lintFiles } from '../../../../src/doctor/lint-files.ts';
import { testByDhcpd } from '../../../../src/doctor/lint/dhcpd/test-by-dhcpd.ts';
import { lintDhcpd } from '../../../../src/doctor/lint/dhcpd/lint-dhcpd.ts';
import { fixTexts } from '../../../../src/doctor/mend/fix-steps.ts';
import { run } from '../../../../src/platform/processes.ts';
import { itNeeds } from '../../../support/external-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-dhcpd-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const subnet = (inside: string): string =>
  `subnet 10.0.0.0 netmask 255.255.255.0 {\n  range 10.0.0.10 10.0.0.99;\n  next-server 10.0.0.1;\n${inside}\n}\n`;
const ARCH = 'option arch code 93 = unsigned integer 16;\n';
const CHAIN = `if option arch = 00:07 or option arch = 00:09 {
  filename "shimx64.efi";
} elsif option arch = 00:0b {
  filename "bootaa64.efi";
} else {
  filename "pxelinux.0";
}`;
const CLASS = `class "pxeclients" {
  match if substring (option vendor-class-identifier, 0, 9) = "PXEClient";
  next-server 10.0.0.1;
  ${CHAIN}
}
`;
const IPXE = `if exists user-class and option user-class = "iPXE" {
  filename "http://10.0.0.1/boot.ipxe";
} else if substring(option vendor-class-identifier, 15, 5) = "00000" {
  filename "undionly.kpxe";
} else {
  filename "ipxe.efi";
}`;

/** name, text, findings that are no notes */
const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  ['one BIOS program for all', subnet('  filename "pxelinux.0";'), ['warning no-boot-service-for-arch']],
  [
    'a BIOS program for UEFI, which is told apart',
    ARCH + subnet('if option arch = 00:07 {\n filename "lpxelinux.0";\n} else {\n filename "pxelinux.0";\n}'),
    ['error no-boot-service-for-arch'],
  ],
  ['one EFI program for all, where no BIOS may be', subnet('  filename "bootx64.efi";'), []],
  ['an if-chain', ARCH + subnet(CHAIN), []],
  ['a class of PXE clients', ARCH + CLASS + subnet(''), []],
  ['iPXE, its script and both firmwares', subnet(IPXE), []],
  [
    'binary-to-ascii',
    ARCH +
      subnet(
        CHAIN.replaceAll(/option arch = 00:0(\w)/g, 'binary-to-ascii(16, 8, ":", option arch) = "0:$1"'),
      ),
    [],
  ],
  [
    'UEFI as arch 7 alone',
    ARCH + subnet('if option arch = 00:07 {\n filename "shimx64.efi";\n} else {\n filename "pxelinux.0";\n}'),
    ['error no-boot-service-for-arch'],
  ],
  [
    'UEFI alone as arch 9',
    ARCH +
      subnet(
        'if option arch = 00:00 {\n filename "pxelinux.0";\n} elsif option arch = 00:07 {\n filename "shimx64.efi";\n}',
      ),
    ['warning no-boot-service-for-arch'],
  ],
  [
    'hosts alone have a boot file',
    subnet('') + 'host a { hardware ethernet 52:54:00:12:34:56; filename "pxelinux.0"; }\n',
    [],
  ],
  [
    'a group of networks',
    `group {\n${subnet('  filename "pxelinux.0";')}}\n`,
    ['warning no-boot-service-for-arch'],
  ],
  [
    'a group of hosts speaks for no network',
    `group {\n  filename "pxelinux.0";\n  host a { hardware ethernet 52:54:00:12:34:56; }\n}\n${subnet('')}`,
    [],
  ],
  [
    'one subnet, declared twice',
    `${ARCH}subnet 10.0.0.0 netmask 255.255.255.0 { }\n${subnet(CHAIN)}`,
    ['warning config-unreadable'],
  ],
  [
    'a host that is nobody',
    ARCH + subnet(CHAIN) + 'group {\n next-server 10.0.0.1;\n host a { filename "shimx64.efi"; }\n}\n',
    ['warning config-unreadable'],
  ],
  ['two networks, one boots', ARCH + subnet(CHAIN) + 'subnet 10.9.0.0 netmask 255.255.255.0 { }\n', []],
];

/** What dhcpd itself refuses, or what leaves a boot without its server: name, text, title */
const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  ['an option that nobody defines', subnet(CHAIN), /option arch is defined nowhere/],
  [
    'an option with a slip in its name',
    subnet('option domain-name-server 10.0.0.1;'),
    /domain-name-server is/,
  ],
  ['an option that is defined too late', subnet(CHAIN) + ARCH, /option arch is defined below/],
  [
    'a range of another network',
    'subnet 10.0.0.0 netmask 255.255.255.0 { range 10.1.0.5 10.1.0.9; next-server 10.0.0.1; filename "ipxe.efi"; }\n',
    /10\.1\.0\.5 and 10\.1\.0\.9, which is not in subnet 10\.0\.0\.0/,
  ],
  [
    'a style of older versions',
    `${subnet('filename "ipxe.efi";')}ddns-update-style ad-hoc;\n`,
    /ad-hoc is gone/,
  ],
];

const faultsOf = (text: string): readonly string[] =>
  lintDhcpd('/etc/dhcp/dhcpd.conf', text, () => undefined)
    .findings.filter(({ severity }) => severity !== 'info')
    .map(({ id, severity }) => `${severity} ${id}`);

describe('configurations of ISC dhcpd', () => {
  it('names quotes of a word processor, and makes them straight', () => {
    const text = subnet('  filename \u201cshimx64.efi\u201d;');
    expect(faultsOf(text)).toEqual(['error config-unreadable']);
    const [finding] = lintDhcpd('/etc/dhcp/dhcpd.conf', text, () => undefined).findings;
    expect(finding?.mends[0]).toMatchObject({ kind: 'edit', by: ['filename "shimx64.efi";'] });
  });

  it.each(CASES)('%s', (_name, text, faults) => {
    expect([...new Set(faultsOf(text))]).toEqual(faults);
  });

  it.each(REFUSED)('%s: dhcpd does not start', (_name, text, title) => {
    const { findings } = lintDhcpd('/d.conf', text, () => undefined);
    const refused = findings.filter(({ id }) => id === 'config-unreadable');
    expect(refused.map((one) => one.title)).toEqual([expect.stringMatching(title)]);
  });

  it.each([
    ['filename "pxelinux.0";', true],
    ['filename="pxelinux.0";', true],
    ['filename "http://10.0.0.1/x.efi";', false],
    ['filename "pxelinux.0"; next-server 10.0.0.1;', false],
    ['filename "pxelinux.0"; option tftp-server-name "10.0.0.1";', false],
  ])('%s: a boot file must have its server', (inside, isTold) => {
    const text = `subnet 10.0.0.0 netmask 255.255.255.0 { range 10.0.0.5 10.0.0.9; ${inside} }\n`;
    const { findings } = lintDhcpd('/d.conf', text, () => undefined);
    expect(findings.some(({ id }) => id === 'wrong-server-address')).toBe(isTold);
  });

  it.each([
    ['substring (option vendor-class-identifier, 0, 9) = "HTTPClient"', '0, 10) = "HTTPClient"'],
    ['substring (option vendor-class-identifier, 0, 9) = "PXEclient"', '0, 9) = "PXEClient"'],
    ['substring (option vendor-class-identifier, 0, 9) = "PXEClient"', undefined],
    ['substring (option vendor-class-identifier, 0, 20) = "PXEClient:Arch:00007"', undefined],
    ['substring (option vendor-class-identifier, 15, 5) = "00007"', undefined],
  ])('if %s', (condition, mended) => {
    const text = subnet(`if ${condition} {\n  filename "shimx64.efi";\n}`);
    const found = lintDhcpd('/d.conf', text, () => undefined).findings.filter(
      ({ id }) => id === 'config-unreadable',
    );
    expect(found.length).toBe(mended === undefined ? 0 : 1);
    if (mended !== undefined) expect(fixTexts(found[0]?.mends ?? []).join()).toContain(mended);
  });

  it('without a range and without hosts nobody gets an address', () => {
    const text = 'subnet 10.0.0.0 netmask 255.255.255.0 { next-server 10.0.0.1; filename "grubaa64.efi"; }\n';
    const ids = (more: string): readonly string[] =>
      lintDhcpd('/d.conf', text + more, () => undefined).findings.map(({ id }) => id);
    expect(ids('')).toContain('no-dhcp-server');
    expect(ids('host a { hardware ethernet 52:54:00:12:34:56; fixed-address 10.0.0.9; }\n')).not.toContain(
      'no-dhcp-server',
    );
  });

  it('a server for 64-bit ARM alone is no fault', () => {
    const { findings } = lintDhcpd('/d.conf', subnet('filename "grubaa64.efi";'), () => undefined);
    expect(findings.map(({ id, severity }) => [id, severity])).toEqual([['loader-arch-mismatch', 'info']]);
  });

  it('mends are in the words of dhcpd', () => {
    const texts = [...CASES, ...REFUSED].map(([, text]) => text);
    const others = [
      subnet('filename "grubaa64.efi";'),
      'subnet 10.0.0.0 netmask 255.0.0.0 { filename "ipxe.efi"; }',
    ];
    for (const text of [...texts, ...others])
      for (const { mends } of lintDhcpd('/d.conf', text, () => undefined).findings)
        expect(fixTexts(mends).join('\n')).not.toMatch(/pxe-service|dhcp-\w+=|pxectl (?!doctor)/);
  });

  it('placeholders and words that no dhcpd knows are no all-clear', async () => {
    const path = join(folder, 'filled-later.conf');
    for (const inside of ['option domain-name-servers <INSERT SERVERS HERE>;', 'boot-wonder on;']) {
      writeFileSync(path, ARCH + subnet(`${CHAIN}\n${inside}`));
      const { readings } = await lintFiles([path], { fix: false, root: undefined });
      expect(readings[0]?.passedOver[0]?.example).toContain(inside);
      expect(readings[0]?.verdict).not.toBe('healthy');
    }
  });

  itNeeds('dhcpd')('what only dhcpd itself refuses is told in its words, with the line', async () => {
    const path = join(folder, 'only-dhcpd.conf');
    writeFileSync(path, `${ARCH}default-lease-time ten;\n${subnet(CHAIN)}`);
    const { findings } = await lintFiles([path], { fix: false, root: undefined });
    expect(findings[0]?.title).toContain('dhcpd -t of this host refuses it');
    expect(findings[0]?.evidence).toEqual([{ source: 'only-dhcpd.conf:2', text: 'default-lease-time ten;' }]);
  });

  it('dhcpd gets no text that could make it read another file', async () => {
    for (const hidden of [
      'include"/etc/passwd";',
      'INCLUDE "/etc/passwd";',
      'option host-name "a\n# " include "/etc/passwd";',
    ])
      expect(['no dhcpd', undefined]).toContain(await testByDhcpd(`${ARCH}${hidden}\n${subnet(CHAIN)}`));
  });

  it('no network boot is told as that', () => {
    const [finding] = lintDhcpd('/d.conf', subnet(''), () => undefined).findings;
    expect(finding?.id).toBe('no-pxe-in-log');
  });

  it('an included file is read, else named', () => {
    const text = 'include "/etc/dhcp/pxe.conf";\n';
    expect(lintDhcpd('/d.conf', text, () => subnet('filename "pxelinux.0";')).findings[0]?.id).toBe(
      'no-boot-service-for-arch',
    );
    const { findings, missing } = lintDhcpd('/d.conf', text, () => undefined);
    expect([findings, missing]).toEqual([[], ['/etc/dhcp/pxe.conf was not given']]);
  });

  it('a condition that nobody can tell is named, and nothing is missed for it', async () => {
    const path = join(folder, 'odd.conf');
    writeFileSync(path, subnet('if packet(24, 4) = 00:00:00:01 {\n filename "shimx64.efi";\n}'));
    const { findings, readings } = await lintFiles([path], { fix: false, root: undefined });
    expect(findings).toEqual([]);
    expect(readings[0]).toMatchObject({ verdict: 'not-understood' });
    expect(readings[0]?.passedOver[0]?.example).toContain('packet(24, 4)');
  });

  it('a missing brace is told with its line', () => {
    const { findings } = lintDhcpd('/d.conf', subnet('filename "pxelinux.0";').slice(0, -2), () => undefined);
    expect(findings[0]?.id).toBe('config-unreadable');
  });

  it('any text ends', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '{',
            '}',
            ';',
            'if',
            'else',
            'option',
            'arch',
            '=',
            '"x"',
            '(',
            'filename',
            '\n',
            'subnet',
            'not',
            'or',
          ),
          { maxLength: 40 },
        ),
        (parts) => {
          lintDhcpd('/d.conf', parts.join(' '), () => undefined);
        },
      ),
      { numRuns: 300 },
    );
  });

  itNeeds('dhcpd')(
    'dhcpd itself takes the configurations, and each copy that --fix mends',
    async () => {
      const takes = async (path: string): Promise<string> => {
        const { exitCode, stderr } = await run('dhcpd', ['-t', '-cf', path], { timeoutMs: 20_000 });
        return exitCode === 0 ? '' : stderr;
      };
      let mended = 0;
      for (const [name, text, faults] of CASES) {
        const path = join(folder, 'dhcpd.conf');
        writeFileSync(path, text);
        rmSync(`${path}.fixed`, { force: true });
        expect([name, await takes(path)]).toEqual([name, '']);
        const { written } = await lintFiles([path], { fix: true, root: undefined });
        expect(written.length > 0, name).toBe(existsSync(`${path}.fixed`));
        if (written.length === 0) continue;
        mended++;
        expect([name, await takes(`${path}.fixed`)]).toEqual([name, '']);
        expect(faultsOf(readFileSync(`${path}.fixed`, 'utf8')).length, name).toBeLessThan(faults.length);
      }
      expect(mended).toBeGreaterThan(1);
      for (const [name, text] of REFUSED) {
        const path = join(folder, 'refused.conf');
        writeFileSync(path, text);
        expect(await takes(path), name).not.toBe('');
      }
    },
    60_000,
  );
});
