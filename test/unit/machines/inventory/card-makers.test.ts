import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cardMakers } from '../../../../src/machines/inventory/card-makers.ts';
import type { MacAddress } from '../../../../src/protocol/addresses.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-makers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const mac = (text: string): MacAddress => text as MacAddress;
const MACS = [
  mac('00:00:0c:00:00:01'),
  mac('f8:b1:56:00:00:01'),
  mac('02:00:00:00:00:01'),
  mac('00:00:0d:00:00:01'),
];

describe('who made a card', () => {
  it('is known of common ones without any list, and of addresses that nobody was given', async () => {
    expect([...(await cardMakers(MACS, []))]).toEqual([
      ['f8:b1:56:00:00:01', 'Dell'],
      ['02:00:00:00:00:01', 'made up'],
    ]);
  });

  it.each([
    ['ieee-data', '00-00-0C   (hex)\t\tCisco Systems, Inc\n00000C     (base 16)\t\tCisco Systems, Inc\n'],
    ['wireshark', '# comment\n00:00:0C\tCisco\tCisco Systems, Inc\n00:00:0D:00:00:00/28\tX\tY\n'],
    ['nmap', '00000C Cisco Systems, Inc\n'],
  ])('comes from the list of %s where that is installed', async (name, text) => {
    const list = join(folder, name);
    writeFileSync(list, text);
    const makers = await cardMakers(MACS, [join(folder, 'none'), list]);
    expect(makers.get(MACS[0]!)).toBe('Cisco Systems, Inc');
    expect(makers.has(MACS[3]!)).toBe(false);
  });
});
