import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lintFiles } from '../../../../src/doctor/lint-files.ts';
import type { Finding } from '../../../../src/model/finding.ts';
import {
  kindOfBootScript,
  lintBootScript,
  type BootScriptKind,
} from '../../../../src/doctor/lint/lint-boot-script.ts';

function lint(
  kind: BootScriptKind,
  text: string,
  exists: (name: string) => boolean | undefined = () => undefined,
) {
  return lintBootScript({ path: `/srv/${kind}.cfg`, text, kind, exists });
}
const ids = (kind: BootScriptKind, text: string): string[] => lint(kind, text).map((f) => f.id);

const iso = 'url=http://10.0.0.1:8080/images/u/u.iso';
const args = `ip=dhcp ${iso} cloud-config-url=/dev/null autoinstall`;
const seed = 'ds=nocloud;s=http://10.0.0.1:8080/seed/x/';

/** What the edits of a finding put into the file. */
const linesOf = (finding: Finding | undefined): readonly string[] =>
  (finding?.mends ?? []).flatMap((fix) => (fix.kind === 'edit' ? fix.by : []));

describe('lintBootScript', () => {
  it('says nothing about what works', () => {
    expect(ids('grub', `menuentry "u" {\n linux /vmlinuz ${args} "${seed}" ---\n initrd /initrd\n}`)).toEqual(
      [],
    );
    expect(ids('grub', `linux /vmlinuz ${args} ${seed.replace(';', '\\;')} ---`)).toEqual([]);
    expect(
      ids('pxelinux', `DEFAULT u\nLABEL u\n KERNEL vmlinuz\n INITRD initrd\n APPEND ${args} ${seed} ---`),
    ).toEqual([]);
    expect(
      ids(
        'ipxe',
        `#!ipxe\nkernel http://10.0.0.1/vmlinuz initrd=initrd ${args} ${seed} ---\ninitrd http://10.0.0.1/initrd\nboot`,
      ),
    ).toEqual([]);
    expect(
      ids(
        'pxelinux',
        'LABEL d\n KERNEL linux\n APPEND initrd=initrd.gz auto=true url=http://10.0.0.1/preseed.cfg',
      ),
    ).toEqual([]);
  });

  it.each<readonly [BootScriptKind, string, string]>([
    ['grub', `linux /vmlinuz ${args} ${seed} ---`, 'seed-quoting'],
    ['pxelinux', `APPEND ${args} "${seed}"`, 'seed-quoting'],
    ['ipxe', `#!ipxe\nkernel vmlinuz initrd=i ${args} ${seed.replace(';', '\\;')}\ninitrd i`, 'seed-quoting'],
    ['pxelinux', `APPEND ${args} ${seed.slice(0, -1)}`, 'seed-url-ending'],
    ['pxelinux', `APPEND ip=dhcp ${iso} cloud-config-url=/dev/null ${seed}`, 'autoinstall-flag-missing'],
    ['pxelinux', `APPEND ip=dhcp ${iso}`, 'iso-fetched-twice'],
    ['pxelinux', `APPEND ip=dhcp ${iso}?x=1 autoinstall`, 'iso-url-ending'],
    [
      'ipxe',
      `#!ipxe\nkernel http://10.0.0.1/vmlinuz ${args}\ninitrd http://10.0.0.1/initrd\nboot`,
      'initrd-argument-missing',
    ],
    ['ipxe', 'dhcp\nchain http://10.0.0.1/x', 'loader-config-missing'],
  ])('%s: %s → %s', (kind, text, id) => {
    expect(ids(kind, text)).toEqual([id]);
  });

  it('gives the whole corrected line', () => {
    const [finding] = lint('grub', `linux /vmlinuz ${args} ${seed} ---`);
    expect(linesOf(finding)).toEqual([`linux /vmlinuz ${args} "${seed}" ---`]);
    expect(finding?.evidence[0]?.source).toBe('grub.cfg:1');
  });

  it('mends all faults of a line in one', () => {
    const fixes = lint('pxelinux', `APPEND ip=dhcp ${iso} "${seed.slice(0, -1)}" ---`).map(linesOf);
    expect(fixes).toHaveLength(4);
    expect(new Set(fixes.flat())).toEqual(
      new Set([`APPEND ip=dhcp ${iso} ${seed} autoinstall cloud-config-url=/dev/null ---`]),
    );
  });

  it("pxelinux: a label's own APPEND takes the place of the one before all labels", () => {
    const global = 'DEFAULT l\nAPPEND root=/dev/nfs nfsroot=10.0.0.1:/srv\n';
    const label = 'LABEL l\n KERNEL vmlinuz\n';
    const own = ' APPEND root=/dev/nfs initrd=i nfsroot=10.0.0.1:/srv ip=dhcp\n';
    expect(ids('pxelinux', global + label + own)).toEqual([]);
    expect(ids('pxelinux', global + label)).toContain('nfs-root-arguments');
    const ofDebian = own.replace('initrd=i', 'initrd=initrd.img');
    const [finding, ...others] = lint('pxelinux', global + label + ofDebian);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ id: 'nfs-root-arguments', severity: 'warning' });
    expect(linesOf(finding)[0]?.endsWith(' boot=nfs')).toBe(true);
    expect(ids('pxelinux', global + label + ofDebian.replace('ip=dhcp', 'ip=dhcp boot=nfs'))).toEqual([]);
  });

  it('names files that are not there', () => {
    const findings = lint(
      'pxelinux',
      'KERNEL vmlinuz\nINITRD initrd\nAPPEND ip=dhcp',
      (name) => name === 'vmlinuz',
    );
    expect(findings.map((f) => [f.id, f.evidence[0]?.source])).toEqual([
      ['loader-missing', 'pxelinux.cfg:2'],
    ]);
  });
});

describe('kindOfBootScript', () => {
  it.each<readonly [string, string, BootScriptKind | undefined]>([
    ['/srv/boot.ipxe', '', 'ipxe'],
    ['/srv/script', '#!ipxe\nboot', 'ipxe'],
    ['/srv/tftp/pxelinux.cfg/default', '', 'pxelinux'],
    ['/srv/tftp/grub/grub.cfg', '', 'grub'],
    ['/tmp/x', 'menuentry "a" { }', 'grub'],
    ['/tmp/x', 'LABEL a\nKERNEL b', 'pxelinux'],
    ['/etc/dnsmasq.conf', 'port=0', undefined],
  ])('%s', (path, text, kind) => {
    expect(kindOfBootScript(path, text)).toBe(kind);
  });
});

describe('configurations that are split over files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pxectl-split-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const put = (name: string, text: string): string => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  const menu = 'UI menu.c32\nMENU INCLUDE pxelinux.cfg/linux.inc\nLABEL local\n  LOCALBOOT 0\n';
  const part = 'LABEL x\n  KERNEL vmlinuz\n  INITRD a\n  INITRD b\n';

  it('names what a loader reads too and nobody gave', async () => {
    const path = put('alone/pxelinux.cfg/default', menu);
    const { readings, findings } = await lintFiles([path], { fix: false, root: undefined });
    expect(findings).toEqual([]);
    expect(readings[0]).toMatchObject({
      verdict: 'not-understood',
      limits: ['pxelinux.cfg/linux.inc, which pxelinux reads too, was not given'],
    });
  });

  it('follows them in the folder that was given, and below the root', async () => {
    const path = put('root/pxelinux.cfg/default', menu);
    put('root/pxelinux.cfg/linux.inc', part);
    for (const [paths, root] of [
      [[dirname(path)], undefined],
      [[path], join(folder, 'root')],
    ] as const) {
      const { findings, readings } = await lintFiles(paths, { fix: false, root });
      expect(findings.map(({ id }) => id)).toContain('initrd-lines-several');
      expect(readings.flatMap(({ limits }) => limits)).toEqual([]);
      expect(readings).toHaveLength(2);
    }
  });

  it('GRUB: a file that it looks for first need not be there', async () => {
    const entry = 'menuentry "x" {\n  linux /vmlinuz\n  initrd /initrd\n}\n';
    const custom = 'if [ -f $prefix/custom.cfg ]; then\n  source $prefix/custom.cfg\nfi\n';
    const optional = put('optional/grub.cfg', custom + entry);
    expect((await lintFiles([optional], { fix: false, root: undefined })).readings[0]?.limits).toEqual([]);
    const other = put('other/grub.cfg', `configfile /grub/lan.cfg\n${entry}`);
    expect((await lintFiles([other], { fix: false, root: undefined })).readings[0]?.limits).toEqual([
      '/grub/lan.cfg, which grub reads too, was not given',
    ]);
  });
});
