import { expect, it } from 'vitest';
import { parseConfig } from '../../../src/model/config-file.ts';
import type { OwnNetwork } from '../../../src/model/own-network.ts';
import type { Ipv4Address } from '../../../src/protocol/addresses.ts';

const own: OwnNetwork = { interfaceName: 'eno1', address: '10.2.3.4' as Ipv4Address, prefix: 16 };
const read = (network: string, more = '', at?: OwnNetwork) =>
  parseConfig(`version: 1\nnetwork: { ${network} }\n${more}`, {
    path: '/x/y.yaml',
    stateRoot: '/x/.pxectl',
    own: at,
  });

it('stands for what this computer has', () => {
  const found = { interface: 'eno1', address: '10.2.3.4', prefix: 16 };
  expect(read('interface: eno1, address: auto', '', own).network).toMatchObject(found);
  expect(read('interface: auto, address: auto', '', own).network).toMatchObject(found);
  const leased = read('interface: eno1, address: auto, mode: full, range: 10.2.9.1-10.2.9.9', '', own);
  expect(leased.network.range?.last).toBe('10.2.9.9');
});

it('is judged like any other address', () => {
  const far = () =>
    read('interface: eno1, address: auto, mode: full, range: 192.168.1.9-192.168.1.19', '', own);
  expect(far).toThrow('network.range');
  expect(() => read('interface: eno1, address: auto, relayed: [10.2.0.0/24]', '', own)).toThrow(
    'network.relayed[0]',
  );
});

it('an address that is written down is not looked for', () => {
  const { network } = read('interface: eno1, address: 192.168.7.7', '', own);
  expect(network).toMatchObject({ address: '192.168.7.7', prefix: 24 });
});

it('the rest of a file can be read where it stands for nothing', () => {
  const profiles = 'profiles: { room: { match: { subnet: 10.2.0.0/16 } } }';
  const { network } = read('interface: eno1, address: auto', profiles);
  expect(network.address).toBe('0.0.0.0');
});
