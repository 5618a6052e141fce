import { expect, it } from 'vitest';
import { withRelayedNames } from '../../../src/engine/relayed-names.ts';
import type { NewBootEvent } from '../../../src/model/boot-event.ts';
import { parseIpv4, parseMac } from '../../../src/protocol/addresses.ts';

const MAC = parseMac('52:54:00:00:00:01')!;
const HERE = parseIpv4('192.168.1.7')!;
const BEHIND = parseIpv4('10.2.0.7')!;

function told(event: NewBootEvent): NewBootEvent | undefined {
  let seen: NewBootEvent | undefined;
  const relayed = [{ network: parseIpv4('10.2.0.0')!, prefix: 24 }];
  withRelayedNames({ emit: (one) => (seen = one) }, () => relayed).emit(event);
  return seen;
}

it('tells what a client says it is behind a relay alone, and never as its card', () => {
  const detail = { path: 'pxelinux.cfg/01-52-54-00-00-00-01' };
  expect(told({ type: 'tftp.done', ip: BEHIND, detail })).toEqual({
    type: 'tftp.done',
    ip: BEHIND,
    detail: { ...detail, askedAs: MAC },
  });
  expect(told({ type: 'tftp.done', ip: HERE, detail })?.detail).toEqual(detail);
  expect(told({ type: 'tftp.done', ip: BEHIND, mac: MAC, detail })?.detail).toEqual(detail);
  const query = { path: '/boot.ipxe', askedAs: MAC };
  expect(told({ type: 'http.get', ip: BEHIND, detail: query })?.detail).toEqual(query);
  expect(told({ type: 'http.get', ip: HERE, detail: query })?.detail).toEqual({ path: '/boot.ipxe' });
});
