import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/model/config-file.ts';
import { readTemplate } from '../../../src/platform/packaged-files.ts';
import type { Ipv4Address } from '../../../src/protocol/addresses.ts';
import { renderInitialConfig, type InitialConfig } from '../../../src/render/initial-config.ts';

const FOUND: InitialConfig = {
  interfaceName: 'eno1',
  address: '10.20.30.40' as Ipv4Address,
  prefix: 16,
  isAddressAuto: false,
  mode: 'proxy',
  images: ['debian-12'],
  router: '10.20.0.1' as Ipv4Address,
  assumed: ['the router gives addresses'],
};
const parse = (text: string) => parseConfig(text, { path: '/x/pxectl.yaml', stateRoot: '/x/.pxectl' });

describe('the first pxectl.yaml', () => {
  it('reads back as what init found, with the documented defaults', () => {
    const text = renderInitialConfig(FOUND, readTemplate);
    expect(text).toContain('# Found: the router 10.20.0.1.\n# Assumed: the router gives addresses\n');
    expect(parse(text)).toMatchObject({
      network: { interface: 'eno1', address: '10.20.30.40', prefix: 16, mode: 'proxy' },
      http: { port: 8080 },
      engine: 'auto',
      images: ['debian-12'],
      boot: { default: 'debian-12', menu: true, timeoutSeconds: 10 },
      machines: [],
    });
  });

  it('stays valid without images, and with a range', () => {
    const text = renderInitialConfig(
      { ...FOUND, images: [], mode: 'pxe-only', range: '10.20.1.1-10.20.1.9', httpPort: 81 },
      readTemplate,
    );
    expect(parse(text)).toMatchObject({
      images: [],
      boot: { default: 'local' },
      http: { port: 81 },
      network: { range: { first: '10.20.1.1', last: '10.20.1.9' } },
    });
  });

  it('names in leases what was found, and shows how where nothing was', () => {
    const leasing = { ...FOUND, mode: 'full', range: '10.20.1.1-10.20.1.9' } as const;
    const nameServers = ['10.20.0.1', '9.9.9.9'] as Ipv4Address[];
    const terms = { router: '10.20.0.1' as Ipv4Address, nameServers };
    expect(parse(renderInitialConfig({ ...leasing, terms }, readTemplate)).network).toMatchObject(terms);
    const unknown = renderInitialConfig({ ...leasing, terms: { nameServers: [] } }, readTemplate);
    expect(unknown).toContain('  # router: 10.20.0.1   # none was found\n');
    expect(unknown).toContain('  # nameServers: [10.20.0.1]   # none was found\n');
    const { network } = parse(unknown);
    expect([network.router, network.nameServers]).toEqual([undefined, undefined]);
    expect(parse(unknown.replaceAll(/# (router|nameServers):/g, '$1:')).network).toMatchObject({
      router: '10.20.0.1',
      nameServers: ['10.20.0.1'],
    });
    expect(renderInitialConfig(FOUND, readTemplate)).not.toContain('nameServers');
  });

  it('stays valid when the examples in its comments are used', () => {
    const text = renderInitialConfig(FOUND, readTemplate)
      .replace('machines: []', 'machines:')
      .replace('\nmirrors: {}\n', '\n')
      .replace('# mirrors:', 'mirrors:')
      .replace(/^#( {2}.*)$/gm, '$1')
      .replace(/^ {2}# (arguments|serialBaud|range):/gm, '  $1:');
    const config = parse(text);
    expect(config.machines).toMatchObject([{ name: 'node-1', image: 'debian-12', secureBoot: true }]);
    expect(config.boot.serialBaud).toBe(115200);
    expect(Object.keys(config.mirrors)).toEqual(['https://releases.ubuntu.com']);
    expect(config.network.range).toEqual({ first: '10.20.30.200', last: '10.20.30.220' });
  });

  it('cannot be broken out of by what it is told', () => {
    expect(() => renderInitialConfig({ ...FOUND, interfaceName: 'eth0\nmode: full' }, readTemplate)).toThrow(
      'cannot be used',
    );
    const text = renderInitialConfig({ ...FOUND, assumed: ['a\nengine: docker'] }, readTemplate);
    expect(parse(text).engine).toBe('auto');
  });
});
