import { describe, expect, it } from 'vitest';
import { PxectlError } from '../../../src/model/errors.ts';
import { chooseInterface } from '../../../src/net/choose-interface.ts';
import type { NetworkInterface } from '../../../src/net/interfaces.ts';
import type { Ipv4Address } from '../../../src/protocol/addresses.ts';

const ip = (text: string): Ipv4Address => text as Ipv4Address;

function nic(name: string, ...addresses: string[]): NetworkInterface {
  return {
    name,
    isUp: true,
    isLoopback: name === 'lo',
    addresses: addresses.map((address) => ({ address: ip(address), prefix: 24 })),
  };
}

const lo = nic('lo', '127.0.0.1');
const eno1 = nic('eno1', '192.168.1.50');
const docker0 = nic('docker0', '172.17.0.1');
const route = { interfaceName: 'eno1', router: ip('192.168.1.1') };

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof PxectlError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('choosing the interface', () => {
  it('takes the one that the default route goes through, and says what else is there', () => {
    const chosen = chooseInterface([lo, docker0, eno1], route, {});
    expect(chosen).toMatchObject({
      interfaceName: 'eno1',
      address: '192.168.1.50',
      prefix: 24,
      router: '192.168.1.1',
    });
    expect(chosen.found).toContain('also there: docker0 172.17.0.1');
    expect(chosen.assumed).toHaveLength(1);
  });

  it('takes the only one with an address when there is no default route', () => {
    const chosen = chooseInterface([lo, eno1, nic('eno2')], undefined, {});
    expect(chosen.interfaceName).toBe('eno1');
    expect(chosen.found).toContain('no router: no default route goes through it');
  });

  it('takes the interface or the address asked for', () => {
    expect(chooseInterface([lo, eno1, docker0], route, { interfaceName: 'docker0' }).address).toBe(
      '172.17.0.1',
    );
    expect(chooseInterface([lo, eno1, docker0], route, { address: '172.17.0.1' }).interfaceName).toBe(
      'docker0',
    );
    const two = nic('eno1', '192.168.1.50', '10.0.0.5');
    expect(chooseInterface([two], route, { address: '10.0.0.5' }).address).toBe('10.0.0.5');
  });

  it('refuses to guess, and names the code of what is wrong', () => {
    expect(codeOf(() => chooseInterface([lo, eno1, docker0], undefined, {}))).toBe('E_NO_INTERFACE');
    expect(codeOf(() => chooseInterface([lo], undefined, {}))).toBe('E_NO_INTERFACE');
    expect(codeOf(() => chooseInterface([lo, eno1], route, { interfaceName: 'eno9' }))).toBe(
      'E_NO_INTERFACE',
    );
    expect(codeOf(() => chooseInterface([lo, nic('eno2')], route, { interfaceName: 'eno2' }))).toBe(
      'E_NO_ADDRESS',
    );
    expect(codeOf(() => chooseInterface([lo, eno1], route, { address: '10.9.9.9' }))).toBe('E_NO_ADDRESS');
    expect(codeOf(() => chooseInterface([lo, eno1], route, { address: 'eno1' }))).toBe('E_USAGE');
  });

  it('says what has to hold of Wi-Fi', () => {
    const chosen = chooseInterface([{ ...eno1, isWireless: true }], route, {});
    expect(chosen.assumed.join()).toContain('eno1 is Wi-Fi');
    expect(chooseInterface([eno1], route, {}).assumed).toEqual([]);
  });

  it('warns of a router that is not in the network of the address', () => {
    const chosen = chooseInterface([nic('eno1', '10.0.0.5')], route, {});
    expect(chosen.assumed.join()).toContain('not in 10.0.0.0/24');
  });
});
