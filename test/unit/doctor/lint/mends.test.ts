import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { lintFiles } from '../../../../src/doctor/lint-files.ts';
import { bootOf } from '../../../../src/doctor/lint/client-answers.ts';
import { readConfig } from '../../../../src/doctor/lint/conf-lines.ts';
import { readPxeConfig, type PxeConfig } from '../../../../src/doctor/lint/pxe-config.ts';
import { fitsFirmware, platformOfName } from '../../../../src/doctor/analyse/boot-files.ts';
import { isFileEdit } from '../../../../src/model/fix.ts';
import type { Finding } from '../../../../src/model/finding.ts';
import { run } from '../../../../src/platform/processes.ts';
import { BOOT_SCRIPT_SAMPLES, HEALTHY_PROXY, SPOIL } from '../../../support/findings/config-samples.ts';
import { itNeeds } from '../../../support/external-tool.ts';

const fixtures = new URL('../../../../fixtures/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'pxectl-mends-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const faultsOf = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(({ severity }) => severity !== 'info').map(({ id, severity }) => `${severity} ${id}`);
const fieldConfigs = readdirSync(new URL('field/configs/', fixtures))
  .filter((name) => /\.(?:conf|ipxe|cfg)$/.test(name))
  .map((name) => [name, readFileSync(new URL(`field/configs/${name}`, fixtures), 'utf8')] as const);
const failures = readdirSync(new URL('failures/', fixtures))
  .filter((name) => existsSync(new URL(`failures/${name}/dnsmasq.conf`, fixtures)))
  .map(
    (name) =>
      [`${name}.conf`, readFileSync(new URL(`failures/${name}/dnsmasq.conf`, fixtures), 'utf8')] as const,
  );

/** Lints a copy with --fix; the findings before and after, and the corrected text. */
async function mend(name: string, text: string) {
  const path = join(folder, name);
  writeFileSync(path, text);
  rmSync(`${path}.fixed`, { force: true });
  const before = await lintFiles([path], { fix: true, root: undefined });
  const fixed = existsSync(`${path}.fixed`) ? readFileSync(`${path}.fixed`, 'utf8') : text;
  const again = join(folder, `again-${basename(name)}`);
  writeFileSync(again, fixed);
  const after = await lintFiles([again], { fix: false, root: undefined });
  return { before, after, fixed };
}

/** Fewer faults when there was an edit, and none that was not there before. */
function expectMended({ before, after }: Awaited<ReturnType<typeof mend>>): void {
  const old = [...faultsOf(before.findings)];
  const now = faultsOf(after.findings);
  const hasEdits = before.findings.some((f) => f.severity !== 'info' && f.mends.some(isFileEdit));
  expect(before.written.length > 0).toBe(hasEdits);
  if (hasEdits) expect(now.length).toBeLessThan(old.length);
  for (const fault of now) {
    expect(old).toContain(fault);
    old.splice(old.indexOf(fault), 1);
  }
}

/** The boot file that dnsmasq sends a client: of its one pxe-service line, else of dhcp-boot. */
function fileFor(config: PxeConfig, architecture: number): string | undefined {
  const own = config.services.filter(
    (service) =>
      service.architecture === architecture && !service.tags.some((tag) => config.ipxeTags.includes(tag)),
  );
  const [service] = own;
  if (service) {
    if (service.file === undefined) return undefined;
    return service.file.includes('.') ? service.file : `${service.file}.0`;
  }
  const file = bootOf(config, { architecture, isIpxe: false })?.file;
  return file === '' ? undefined : file;
}

const configOf = (text: string): PxeConfig =>
  readPxeConfig(readConfig(['/c'], { read: () => text, list: () => undefined, exists: () => undefined }));

describe('every mend mends', () => {
  it.each([...fieldConfigs, ...failures])('%s', async (name, text) => {
    expectMended(await mend(name, text));
  });

  it.each(BOOT_SCRIPT_SAMPLES)('%s', async (name, text) => {
    expectMended(await mend(name.replace('/', '-'), text));
  });

  itNeeds('grub-script-check')(
    'GRUB itself takes each corrected copy',
    async () => {
      const scripts = [...BOOT_SCRIPT_SAMPLES, ...fieldConfigs].filter(([name]) => /grub\.cfg$/.test(name));
      let written = 0;
      for (const [name, text] of scripts) {
        const { fixed, before } = await mend(name, text);
        written += before.written.length;
        const path = join(folder, 'tested-grub.cfg');
        writeFileSync(path, fixed);
        const { exitCode, stderr } = await run('grub-script-check', [path], { timeoutMs: 10_000 });
        expect([name, exitCode, stderr]).toEqual([name, 0, '']);
      }
      expect(written).toBeGreaterThan(4);
    },
    30_000,
  );

  it('whatever is wrong at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray([...SPOIL], { minLength: 1, maxLength: 4 }), async (spoilt) => {
        const text = spoilt.reduce((whole, [from, to]) => whole.replace(from, to), HEALTHY_PROXY);
        expectMended(await mend('spoilt.conf', text));
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it.each(SPOIL)('a proxy in which %s became "%s" serves BIOS and UEFI again', async (from, to) => {
    const { after, fixed } = await mend('proxy.conf', HEALTHY_PROXY.replace(from, to));
    const config = configOf(fixed);
    if (!config.ranges.some((range) => range.isProxy)) return;
    expect(faultsOf(after.findings).filter((fault) => fault.startsWith('error'))).toEqual([]);
    for (const [architecture, firmware] of [
      [0, 'bios'],
      [7, 'uefi-x64'],
      [9, 'uefi-x64'],
    ] as const) {
      const file = fileFor(config, architecture) ?? '';
      const platform = platformOfName(file);
      expect(platform, `${architecture} gets ${file}`).toBeDefined();
      expect(platform && fitsFirmware(platform, firmware), `${architecture} gets ${file}`).toBe(true);
    }
  });

  it('keeps the server, the names and the range that the user has', async () => {
    const [, boot = ''] = fieldConfigs.find(([name]) => name === 'proxy-dhcp-boot-only.conf') ?? [];
    const { fixed } = await mend('kept.conf', boot);
    for (const line of boot.split('\n')) expect(fixed.split('\n')).toContain(line);
    const added = fixed.split('\n').filter((line) => line.startsWith('pxe-service='));
    expect(added).toHaveLength(3);
    for (const line of added) expect(line).toMatch(/,\.\/iventoy_loader_16000,192\.168\.1\.18$/);
  });

  itNeeds('dnsmasq')(
    'dnsmasq itself takes each corrected copy',
    async () => {
      for (const [name, text] of [...fieldConfigs, ...failures]) {
        if (!name.endsWith('.conf') || /template|dhcpd|bad(?:flag|ip|opt|range|csa)/.test(name)) continue;
        const { fixed, before } = await mend(name, text);
        if (before.written.length === 0) continue;
        const path = join(folder, 'tested.conf');
        writeFileSync(path, fixed);
        const { stderr } = await run('dnsmasq', ['--test', `--conf-file=${path}`], { timeoutMs: 10_000 });
        expect(stderr, name).toContain('syntax check OK');
      }
    },
    60_000,
  );
});
