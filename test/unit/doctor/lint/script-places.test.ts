import { describe, expect, it } from 'vitest';
import { nameInAddress, valuesOf } from '../../../../src/doctor/lint/ipxe-values.ts';
import { lintBootScript, type BootScriptKind } from '../../../../src/doctor/lint/lint-boot-script.ts';
import { fixTexts } from '../../../../src/doctor/mend/fix-steps.ts';
import type { Finding } from '../../../../src/model/finding.ts';

const lint = (kind: BootScriptKind, text: string): readonly Finding[] =>
  lintBootScript({ path: `/srv/${kind}.cfg`, text, kind, exists: () => undefined });
const told = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ id, severity }) => `${severity} ${id}`);
const mendsOf = (findings: readonly Finding[]): string =>
  findings.flatMap(({ mends }) => fixTexts(mends)).join('\n');

describe('the name of an initrd', () => {
  it.each([
    ['http://10.0.0.1/live/initrd.img?x=1', 'initrd.img'],
    ['${initrd-url}', 'initrd'],
    ['${mirror}/initrd-${version}.img', 'initrd-${version}.img'],
    ['${from-dhcp}', undefined],
    ['${mirror}/${from-dhcp}', undefined],
    ['${mirror}/${name}', 'initrd.gz'],
    ['${several}', undefined],
    ['${asked}', undefined],
  ])('%s is %s', (address, name) => {
    const values = valuesOf([
      'set mirror http://10.0.0.1/live || goto failed',
      'set version 22.04',
      'set name initrd.gz',
      'set initrd-url:string ${mirror}/${version}/initrd',
      'iseq ${x} 1 && set several ${mirror}/one/initrd.lz || set several ${mirror}/initrd.gz',
      'set asked ${mirror}/x',
      'choose --timeout 500 asked && goto ${asked}',
      '# set from-dhcp http://10.0.0.1/initrd',
    ]);
    expect(nameInAddress(address, values)).toBe(name);
  });

  it('that nobody can tell is given by the script', () => {
    const found = lint('ipxe', '#!ipxe\nkernel ${k} ip=dhcp\ninitrd ${from-dhcp}\nboot\n');
    expect(told(found)).toEqual(['warning initrd-argument-missing']);
    const mends = mendsOf(found);
    expect(mends).toContain('kernel ${k} ip=dhcp initrd=initrd.img');
    expect(mends).toContain('initrd --name initrd.img ${from-dhcp}');
  });
});

describe('a script that asks the client itself', () => {
  it.each([
    ['ipxe', '#!ipxe\nchain http://localhost/menu.ipxe\n'],
    ['ipxe', '#!ipxe\nset base http://127.0.0.1:8080\nchain ${base}/menu.ipxe\n'],
    [
      'grub',
      'menuentry "x" {\n linux (http,localhost)/vmlinuz ip=dhcp\n initrd (http,localhost)/initrd\n}\n',
    ],
    ['pxelinux', 'LABEL x\n KERNEL vmlinuz\n INITRD initrd\n APPEND inst.repo=http://127.0.0.1/os\n'],
  ] as const)('%s: %j', (kind, text) => {
    expect(told(lint(kind, text))).toEqual(['error wrong-server-address']);
  });

  it('is none that says so, or names a host of a similar name', () => {
    const text =
      '#!ipxe\n# chain http://localhost/x\necho http://localhost\nchain http://localhost.lan/menu.ipxe\n';
    expect(lint('ipxe', text)).toEqual([]);
  });
});

const INSTALL =
  'LABEL 1\n MENU LABEL Install from local mirror\n KERNEL vmlinuz\n APPEND initrd=initrd.img ip=dhcp\n';

describe('labels of pxelinux', () => {
  it('that nothing has, and entries that start nothing', () => {
    const found = lint(
      'pxelinux',
      `DEFAULT menu.c32\nTIMEOUT 300\nONTIMEOUT local\n${INSTALL}LABEL 4\n MENU LABEL Boot from local drive\n`,
    );
    expect(told(found)).toEqual(['error script-label-missing', 'warning loader-missing']);
    const mends = mendsOf(found);
    // an entry that installs is never what starts by itself
    expect(mends).toContain('ONTIMEOUT 4');
    expect(mends).toContain('LOCALBOOT 0');
  });

  it('an installer is no local disk', () => {
    const found = lint('pxelinux', `ONTIMEOUT local\n${INSTALL}`);
    expect(told(found)).toEqual(['error script-label-missing']);
    expect(mendsOf(found)).not.toMatch(/^ONTIMEOUT/m);
  });

  it.each([
    `DEFAULT 1\n${INSTALL}`,
    `DEFAULT vmlinuz-6.1\n${INSTALL}`,
    `DEFAULT elsewhere\nINCLUDE other.cfg\n${INSTALL}`,
    `DEFAULT LOCAL\n${INSTALL}LABEL local\n LOCALBOOT 0\n`,
    `DEFAULT 1\n${INSTALL}LABEL -\n MENU SEPARATOR\nLABEL back\n MENU EXIT\n`,
    `DEFAULT linux\nLABEL vmlinuz\n APPEND initrd=initrd.img\n`,
    'DEFAULT linux\n',
  ])('that are right: %j', (text) => {
    expect(lint('pxelinux', text)).toEqual([]);
  });

  it('a menu begins at its first entry when DEFAULT names none', () => {
    expect(told(lint('pxelinux', `UI menu.c32\nDEFAULT lcoal\n${INSTALL}`))).toEqual([
      'warning script-label-missing',
    ]);
  });
});

describe('several INITRD lines', () => {
  const files = ' INITRD /var/lib/tftpboot/a\n INITRD /var/lib/tftpboot/b\n';

  it('become one without the folder of the TFTP root', () => {
    const [first] = lint('pxelinux', `LABEL x\n KERNEL vmlinuz\n${files}`);
    expect(fixTexts(first?.mends ?? []).join('\n')).toContain('INITRD a,b');
  });

  it('of wimboot become names that linux.c32 hands over', () => {
    const [first] = lint('pxelinux', `LABEL x\n KERNEL wimboot\n${files}`);
    const mends = fixTexts(first?.mends ?? []).join('\n');
    expect(mends).toContain('COM32 linux.c32 wimboot');
    expect(mends).toContain('APPEND initrdfile=a,b');
  });
});
