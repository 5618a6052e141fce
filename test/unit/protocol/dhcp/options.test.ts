import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressOption,
  readAddress,
  readAddresses,
} from '../../../../src/protocol/dhcp/options/address-options.ts';
import {
  architectureOption,
  readArchitectures,
} from '../../../../src/protocol/dhcp/options/client-architecture.ts';
import { machineIdOption, readMachineId } from '../../../../src/protocol/dhcp/options/client-machine-id.ts';
import { readNetworkInterface } from '../../../../src/protocol/dhcp/options/client-network-interface.ts';
import {
  decodeEncapsulated,
  readIpxeFeatures,
  readRelayAgentInformation,
} from '../../../../src/protocol/dhcp/options/encapsulated-options.ts';
import {
  readNumber,
  uint16Option,
  uint32Option,
} from '../../../../src/protocol/dhcp/options/number-options.ts';
import { readText, textOf, textOption } from '../../../../src/protocol/dhcp/options/text-options.ts';
import { readUserClasses } from '../../../../src/protocol/dhcp/options/user-class.ts';
import { optionName } from '../../../../src/protocol/dhcp/option-codes.ts';
import { ProtocolError } from '../../../../src/protocol/protocol-error.ts';
import { clientPacket, ip } from '../../../support/dhcp/client-packets.ts';

const bare = { architectures: [], vendorClass: null, header: {} } as const;
const withOption = (code: number, ...data: readonly number[]) =>
  clientPacket({ ...bare, header: { options: [{ code, data: Uint8Array.from(data) }] } });
const ascii = (text: string): readonly number[] => [...Buffer.from(text)];

describe('option families', () => {
  it('reads addresses and leaves out a broken last one', () => {
    const option = addressOption(6, ip('10.0.0.1'), ip('10.0.0.2'));
    expect(readAddresses(withOption(6, ...option.data, 9, 9), 6)).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(readAddress(withOption(54, 1, 2, 3), 54)).toBeUndefined();
  });

  it('reads numbers of their own length only', () => {
    expect(readNumber(withOption(57, ...uint16Option(57, 1472).data), 57)).toBe(1472);
    expect(readNumber(withOption(51, ...uint32Option(51, 4_000_000_000).data), 51)).toBe(4_000_000_000);
    expect(readNumber(withOption(57, 1, 2, 3), 57)).toBeUndefined();
  });

  it('reads text up to the NUL that some firmware appends, of any length', () => {
    expect(readText(withOption(67, ...ascii('a.efi'), 0, 0xff), 67)).toBe('a.efi');
    fc.assert(
      fc.property(fc.uint8Array({ min: 1, maxLength: 20_000 }), (data) => {
        expect(textOption(67, textOf(data)).data).toEqual(data);
      }),
      { numRuns: 20 },
    );
  });

  it('reads option 93 as a list and leaves out an odd last byte', () => {
    expect(readArchitectures(withOption(93, ...architectureOption(9, 7).data))).toEqual([9, 7]);
    expect(readArchitectures(withOption(93, 0, 7, 0))).toEqual([7]);
    expect(readArchitectures(withOption(12, 1))).toEqual([]);
  });

  it('reads option 94', () => {
    expect(readNetworkInterface(withOption(94, 1, 3, 16))).toEqual({ type: 1, major: 3, minor: 16 });
    expect(readNetworkInterface(withOption(94, 1, 3))).toBeUndefined();
  });

  it('keeps the byte order of option 97', () => {
    const uuid = '00112233-4455-6677-8899-aabbccddeeff';
    expect(readMachineId(withOption(97, ...machineIdOption(uuid).data))).toBe(uuid);
    expect(readMachineId(withOption(97, 1, ...Array<number>(16).fill(1)))).toBeUndefined();
    expect(readMachineId(withOption(97, 0, 1))).toBeUndefined();
  });

  it.each([
    ['the bare text of iPXE', ascii('iPXE'), ['iPXE']],
    ['one RFC 3004 class', [4, ...ascii('iPXE')], ['iPXE']],
    ['two RFC 3004 classes', [1, 0x61, 2, 0x62, 0x63], ['a', 'bc']],
    ['nothing', [], []],
  ])('reads user classes: %s', (_, data, classes) => {
    expect(readUserClasses(withOption(77, ...data))).toEqual(classes);
  });

  it('reads what relays and iPXE encapsulate', () => {
    const circuit = { code: 1, data: Uint8Array.from(ascii('eth0')) };
    expect(readRelayAgentInformation(withOption(82, 1, 4, ...ascii('eth0')))).toEqual([circuit]);
    expect(readIpxeFeatures(withOption(175, 19, 1, 1))).toEqual([{ code: 19, data: Uint8Array.of(1) }]);
    expect(readRelayAgentInformation(clientPacket())).toEqual([]);
    const read = () => decodeEncapsulated(Uint8Array.of(1, 1, 0, 2, 9), 'dhcp option 82');
    expect(read).toThrow(new ProtocolError('dhcp option 82', 3, 'sub-option 2 says 9 bytes, 0 are left'));
  });

  it('names options', () => {
    expect([optionName(67), optionName(211)]).toEqual(['boot file name', 'option 211']);
  });
});
