import { expect, it } from 'vitest';
import { EventRation } from '../../../src/watch/event-ration.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';

const MAC = '52:54:00:00:00:01' as MacAddress;

it('what anybody sends in the name of a machine uses up no share of what is proven of it', () => {
  const ration = new EventRation(() => true);
  const kept = Array.from({ length: 5_000 }, () => ration.isKept({ mac: MAC, type: 'dhcp.discover' }, 1_000));
  expect(kept.filter(Boolean)).toHaveLength(500);
  for (const type of ['seed.requested', 'install.progress', 'install.done', 'machine.state'] as const) {
    expect(ration.isKept({ mac: MAC, type }, 1_000)).toBe(true);
  }
  for (const type of ['tftp.start', 'tftp.done', 'http.done'] as const) {
    expect(ration.isKept({ mac: MAC, type }, 1_000)).toBe(true);
  }
  expect(ration.isKept({ mac: MAC, type: 'tftp.missing' }, 1_000)).toBe(false);
});
