import { describe, expect, it } from 'vitest';
import { lintBootScript } from '../../../../src/doctor/lint/lint-boot-script.ts';
import { variableLimits } from '../../../../src/doctor/lint/rules/ipxe-name-rules.ts';

const script = (...lines: readonly string[]): string => ['#!ipxe', ...lines, ''].join('\n');
const MENU = ['menu Boot', 'item --key a alpine Alpine', 'item --gap -- more', 'item win7 Windows 7'];
const lint = (text: string) =>
  lintBootScript({ path: '/srv/menu.ipxe', text, kind: 'ipxe', exists: () => undefined });
const faults = (text: string): readonly string[] => lint(text).map(({ id, severity }) => `${severity} ${id}`);

describe('labels of iPXE scripts', () => {
  const chosen = (use: string, ...rest: readonly string[]): string =>
    script(...MENU, `choose --timeout 5000 --default alpine target && ${use}`, ...rest);
  const LABEL = 'error script-label-missing';

  it.each<readonly [string, string, readonly string[]]>([
    ['an item without its label', chosen('goto ${target}', ':alpine', 'chain a.ipxe'), [LABEL]],
    ['each item has its label', chosen('goto ${target}', ':alpine', 'chain a', ':win7', 'chain w'), []],
    ['an answer to a label that is not there', chosen('goto ${target} || chain ${target}.ipxe'), []],
    ['the choice is the name of a file', chosen('chain ${target}.ipxe'), []],
    [
      'an item that is handled by itself',
      chosen('iseq ${target} win7 && chain w || goto ${target}', ':alpine', 'chain a'),
      [],
    ],
    [
      'two menus, one of files',
      chosen(
        'goto ${target}',
        ':alpine',
        'menu Files',
        'item x X',
        'choose file && chain ${file}',
        ':win7',
        'boot',
      ),
      [],
    ],
    [
      'a form sets what its items name',
      script('form Who', 'item name Name', 'present', 'chain ${name}.ipxe'),
      [],
    ],
    ['goto', script('goto strat', ':start', 'chain a.ipxe'), [LABEL]],
    ['goto after a failure', script('chain a.ipxe || goto failed'), ['warning script-label-missing']],
    ['goto with an answer', script('goto ${net0/mac:hexhyp} || goto start', ':start', 'chain a.ipxe'), []],
  ])('%s', (_name, text, expected) => {
    expect(faults(text)).toEqual(expected);
  });

  it('the label that was meant takes the place of the slip', () => {
    const [finding] = lint(script('goto strat', ':start', 'chain a.ipxe'));
    expect(finding?.mends).toMatchObject([{ kind: 'edit', line: 2, by: ['goto start'] }]);
  });
});

describe('variables of iPXE scripts', () => {
  it('one that is a letter away from one that is set is a slip, at each of its lines', () => {
    const text = script(
      'set local_address http://10.0.0.1',
      'kernel ${lcoal_address}/k',
      'initrd ${lcoal_address}/i',
    );
    const [finding] = lint(text).filter(({ id }) => id === 'script-variable-unset');
    expect(finding?.evidence.map(({ source }) => source)).toEqual(['menu.ipxe:3', 'menu.ipxe:4']);
    expect(finding?.mends).toMatchObject([
      { by: ['kernel ${local_address}/k'] },
      { by: ['initrd ${local_address}/i'] },
    ]);
  });

  it.each([
    ['its own settings', script('chain http://${next-server}/${net0/mac:hexhyp}-${uuid}-${209:string}')],
    ['numbered ones', script('set kernel1 a', 'chain http://10.0.0.1/${kernel2}')],
    [
      'one that is asked for',
      script('set base_url a', 'isset ${bas_url} && chain ${bas_url} ||', 'chain ${base_url}'),
    ],
    ['names that are made as it runs', script('set ${arch}_url x', 'chain ${amd_url}')],
  ])('%s: no slip', (_name, text) => {
    expect(faults(text)).toEqual([]);
  });

  it('what no line sets limits what can be said, unless it may be empty', () => {
    expect(variableLimits(script('chain ${boot-url}/x'))).toEqual([
      'no line here sets ${boot-url}: what loads this script must, or DHCP',
    ]);
    expect(
      variableLimits(
        script('kernel k initrd=i ${cmdline}', 'echo ${greeting}', 'read name', 'set a ${name}'),
      ),
    ).toEqual([]);
  });
});
