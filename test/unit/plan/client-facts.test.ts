import { describe, expect, it } from 'vitest';
import { clientFactsOf } from '../../../src/plan/client-facts.ts';
import { firmwareOf } from '../../../src/plan/firmware-of.ts';
import { machineIdOption } from '../../../src/protocol/dhcp/options/client-machine-id.ts';
import { textOption } from '../../../src/protocol/dhcp/options/text-options.ts';
import { CLIENT_UUID, clientPacket, ip, mac } from '../../support/dhcp/client-packets.ts';

const firmware = (...args: Parameters<typeof clientPacket>) =>
  firmwareOf(clientFactsOf(clientPacket(...args)));

describe('clientFactsOf', () => {
  it('collects what the packet says', () => {
    const packet = clientPacket({ header: { giaddr: ip('10.0.0.1'), ciaddr: ip('10.0.0.7') } });
    expect(clientFactsOf(packet, 'eno1')).toEqual({
      mac: '52:54:00:12:34:56',
      uuid: CLIENT_UUID,
      architectures: [7],
      vendorClass: 'PXEClient:Arch:00007:UNDI:003016',
      isIpxe: false,
      linkAddress: '10.0.0.1',
      relayAddress: '10.0.0.1',
      clientAddress: '10.0.0.7',
      interfaceName: 'eno1',
    });
  });

  it('takes the architecture from the vendor class when option 93 is missing', () => {
    const packet = clientPacket({ architectures: [], vendorClass: 'PXEClient:Arch:00009:UNDI:003016' });
    expect(clientFactsOf(packet).architectures).toEqual([9]);
    const bare = clientPacket({ architectures: [], vendorClass: 'PXEClient' });
    expect(clientFactsOf(bare).architectures).toEqual([]);
  });

  it('knows iPXE by either of its two marks', () => {
    const byClass = clientPacket({ options: [textOption(77, 'iPXE')] });
    const byOption = clientPacket({ options: [{ code: 175, data: Uint8Array.of(19, 1, 1) }] });
    const other = clientPacket({ options: [textOption(77, 'notiPXE')] });
    expect([byClass, byOption, other].map((packet) => clientFactsOf(packet).isIpxe)).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('firmwareOf', () => {
  it.each([
    [[0], 'bios'],
    [[6], 'uefi-ia32'],
    [[7], 'uefi-x64'],
    [[9], 'uefi-x64'],
    [[11], 'uefi-arm64'],
    [[16], 'uefi-http-x64'],
    [[19], 'uefi-http-arm64'],
    [[15], 'unknown'],
    [[27], 'unknown'],
    [[], 'unknown'],
    [[4711, 8, 7, 0], 'uefi-x64'],
  ] as const)('architectures %j are %s', (architectures, expected) => {
    expect(firmware({ architectures, vendorClass: 'PXEClient' })).toBe(expected);
  });

  it('takes HTTPClient in option 60 for HTTP Boot even with the architecture of PXE', () => {
    expect(firmware({ architectures: [7], vendorClass: 'HTTPClient' })).toBe('uefi-http-x64');
    expect(firmware({ architectures: [11], vendorClass: 'HTTPClient' })).toBe('uefi-http-arm64');
    expect(firmware({ architectures: [0], vendorClass: 'HTTPClient' })).toBe('bios');
  });

  it('tells a Raspberry Pi from a BIOS by its MAC or its machine id', () => {
    expect(firmware({ architectures: [0], mac: mac('dc:a6:32:00:00:01') })).toBe('raspberry-pi');
    const uuid = '52506934-1500-3211-0000-000000000001';
    const header = clientPacket({ architectures: [0], vendorClass: 'PXEClient' });
    const options = [...header.options.filter(({ code }) => code !== 97), machineIdOption(uuid)];
    expect(firmware({ header: { options } })).toBe('raspberry-pi');
    // with UEFI firmware on it, it is a UEFI machine like any other
    expect(firmware({ architectures: [11], mac: mac('dc:a6:32:00:00:01') })).toBe('uefi-arm64');
  });

  it('takes iPXE for iPXE, on whatever it runs', () => {
    expect(firmware({ architectures: [0], options: [textOption(77, 'iPXE')] })).toBe('ipxe');
  });
});
