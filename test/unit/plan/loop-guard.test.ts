import { describe, expect, it } from 'vitest';
import type { BootEvent } from '../../../src/model/boot-event.ts';
import { findLoops } from '../../../src/plan/loop-guard.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';

const at = (
  second: number,
  detail: BootEvent['detail'],
  type: BootEvent['type'] = 'tftp.done',
  mac = '52:54:00:00:00:01',
) =>
  ({ time: new Date(second * 1000).toISOString(), type, mac: mac as MacAddress, detail }) satisfies BootEvent;
const loader = { file: 'ipxe/snponly-x64.efi' };

describe('the loop guard', () => {
  it('names a machine that loads its boot program three times within a minute, once', () => {
    const findings = findLoops([0, 15, 30, 45].map((second) => at(second, loader)));
    expect(findings).toMatchObject([
      { id: 'ipxe-loop', severity: 'error', client: { mac: '52:54:00:00:00:01' } },
    ]);
    expect(findings[0]?.evidence[0]?.text).toContain('3 times within 30 s');
  });

  it.each([
    ['twice is a retry', [at(0, loader), at(10, loader)]],
    ['a reboot every minute is not a loop', [at(0, loader), at(40, loader), at(80, loader), at(120, loader)]],
    ['two machines', [at(0, loader), at(1, loader), at(2, loader, 'tftp.done', '52:54:00:00:00:02')]],
    ['size probes', [0, 1, 2].map((second) => at(second, loader, 'tftp.aborted'))],
    [
      'three loaders in a chain',
      ['shimx64.efi', 'grubx64.efi', 'x.efi'].map((file, second) => at(second, { file })),
    ],
    [
      'a script that is read again',
      [0, 1, 2].map((second) => at(second, { path: '/boot.ipxe?mac=x' }, 'http.done')),
    ],
  ])('%s', (_, events) => {
    expect(findLoops(events)).toEqual([]);
  });

  it('sees loads over HTTP too', () => {
    const load = { path: '/loaders/ipxe/snponly-x64.efi' };
    expect(findLoops([0, 5, 10].map((second) => at(second, load, 'http.done')))).toHaveLength(1);
  });
});
