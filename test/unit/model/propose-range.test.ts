import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/model/config-file.ts';
import { proposeRange } from '../../../src/model/propose-range.ts';
import type { Ipv4Address } from '../../../src/protocol/addresses.ts';

describe('the range that is proposed', () => {
  it.each([
    ['192.168.1.50', 24, '192.168.1.200-192.168.1.220'],
    ['192.168.1.210', 24, '192.168.1.150-192.168.1.170'],
    ['10.4.7.1', 16, '10.4.7.200-10.4.7.220'],
    ['192.168.1.50', 25, '192.168.1.106-192.168.1.126'],
    ['192.168.1.120', 25, '192.168.1.99-192.168.1.119'],
    ['192.168.1.1', 30, '192.168.1.2-192.168.1.2'],
    ['192.168.1.2', 30, '192.168.1.1-192.168.1.1'],
  ])('for %s/%i is %s, and passes every check', (address, prefix, wanted) => {
    const range = proposeRange(address as Ipv4Address, prefix);
    expect(range).toBe(wanted);
    const text = `version: 1\nnetwork: { interface: eno1, address: ${address}/${prefix}, mode: full, range: ${range} }\n`;
    expect(() => parseConfig(text, { path: '/x/pxectl.yaml', stateRoot: '/x/.pxectl' })).not.toThrow();
  });
});
