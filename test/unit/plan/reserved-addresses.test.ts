import { describe, expect, it } from 'vitest';
import type { Config, Machine } from '../../../src/model/config.ts';
import { reservedAddresses } from '../../../src/plan/reserved-addresses.ts';
import { ip, mac } from '../../support/dhcp/client-packets.ts';

const machine = (address: string): Machine => ({
  mac: mac(address),
  name: address,
  isArmed: false,
  secureBoot: false,
  arguments: [],
  loaders: { bios: 'auto', uefi: 'auto' },
  vars: {},
});
const network = (last: string, mode: Config['network']['mode'] = 'pxe-only'): Config['network'] => ({
  interface: 'eno1',
  address: ip('192.168.1.50'),
  prefix: 24,
  mode,
  range: { first: ip('192.168.1.200'), last: ip(last) },
});
const many = Array.from({ length: 15 }, (_, index) =>
  machine(`52:54:00:00:${((index * 37) % 256).toString(16).padStart(2, '0')}:01`),
);

describe('reservedAddresses', () => {
  it('gives each machine an address of its own, inside the range', () => {
    const reserved = reservedAddresses({ network: network('192.168.1.220'), machines: many });
    expect(reserved.size).toBe(15);
    expect(new Set(reserved.values()).size).toBe(15);
    for (const address of reserved.values()) expect(address).toMatch(/^192\.168\.1\.2(?:0\d|1\d|20)$/);
  });

  it('gives a machine the same address when another one, with an address elsewhere, is added before it', () => {
    const [first, second] = [machine('52:54:00:00:00:01'), machine('52:54:00:00:00:02')];
    const alone = reservedAddresses({ network: network('192.168.1.220'), machines: [second] });
    const both = reservedAddresses({ network: network('192.168.1.220'), machines: [first, second] });
    expect(both.get(mac('52:54:00:00:00:02'))).toBe(alone.get(mac('52:54:00:00:00:02')));
  });

  it('leaves a quarter of the range to machines that nobody configured, and proxy mode without leases', () => {
    expect(reservedAddresses({ network: network('192.168.1.207'), machines: many }).size).toBe(6);
    expect(reservedAddresses({ network: network('192.168.1.207', 'proxy'), machines: many }).size).toBe(0);
  });
});
