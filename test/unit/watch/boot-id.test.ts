import { describe, expect, it } from 'vitest';
import { parseMac, type MacAddress } from '../../../src/protocol/addresses.ts';
import { bootIdOf, isBootId } from '../../../src/watch/boot-id.ts';

const MAC = parseMac('52:54:00:12:34:56') as MacAddress;

describe('the id of a boot', () => {
  it('is its start and a hash, stable and without the address in it', () => {
    const id = bootIdOf({ mac: MAC, startedAt: '2026-11-28T13:04:09.123Z' });
    expect(id).toMatch(/^20261128-130409-[0-9a-f]{8}$/);
    expect(id).toBe(bootIdOf({ mac: MAC, startedAt: '2026-11-28T13:04:09.123Z' }));
    expect(isBootId(id)).toBe(true);
    expect(id.replaceAll('-', '')).not.toContain('525400123456');
  });

  it('tells apart machines of one moment, and boots of one second', () => {
    const ids = new Set<string>();
    for (let index = 0; index < 1000; index += 1) {
      const mac = parseMac(
        `52:54:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`,
      ) as MacAddress;
      ids.add(bootIdOf({ mac, startedAt: '2026-11-28T13:04:09.123Z' }));
      ids.add(bootIdOf({ mac: MAC, startedAt: `2026-11-28T13:04:10.${String(index).padStart(3, '0')}Z` }));
    }
    expect(ids.size).toBe(2000);
  });
});
