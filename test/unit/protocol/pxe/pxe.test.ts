import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv4FromNumber } from '../../../../src/protocol/addresses.ts';
import { ProtocolError } from '../../../../src/protocol/protocol-error.ts';
import {
  ARCHITECTURES,
  architectureOf,
  architectureText,
} from '../../../../src/protocol/pxe/architectures.ts';
import {
  BYPASS_OPTION43,
  decodeOption43,
  encodeOption43,
  type PxeOptions,
} from '../../../../src/protocol/pxe/option43.ts';
import { summariseOption43 } from '../../../../src/protocol/pxe/summarise-option43.ts';
import { parseVendorClass } from '../../../../src/protocol/pxe/vendor-class.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const uint16 = fc.nat(0xffff);
const text = (maxLength: number) =>
  fc.array(fc.nat(255), { maxLength }).map((codes) => String.fromCharCode(...codes));
const address = fc.nat(0xffffffff).map(ipv4FromNumber);
const pxeOptions = fc
  .record(
    {
      discoveryControl: fc.nat(255),
      multicastAddress: address,
      bootServers: fc.array(fc.record({ type: uint16, addresses: fc.array(address, { maxLength: 3 }) }), {
        maxLength: 8,
      }),
      bootMenu: fc.array(fc.record({ type: uint16, text: text(20) }), { maxLength: 8 }),
      menuPrompt: fc.record({ timeoutSeconds: fc.nat(255), text: text(60) }),
      bootItem: fc.record({ type: uint16, layer: uint16 }),
    },
    { requiredKeys: [] },
  )
  .map((options): PxeOptions => ({ ...options, others: [] }));

describe('option 43', () => {
  it('gives back any PXE options that it wrote', () => {
    fc.assert(
      fc.property(pxeOptions, (options) => {
        expect(decodeOption43(encodeOption43(options))).toEqual(options);
      }),
    );
  });

  it('gives a value or a ProtocolError for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          decodeOption43(bytes);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
          expect(error.offset).toBeLessThanOrEqual(bytes.length);
        }
        expect(summariseOption43(bytes)).not.toBe('');
      }),
    );
  });

  it('writes the four bytes that let a BIOS skip port 4011', () => {
    expect(BYPASS_OPTION43).toEqual(hex('06 01 08 ff'));
  });

  it('reads the menu that dnsmasq sends to a BIOS', () => {
    const menu = hex('0601030a04005058450807800001c0a8010b0906800003505845ff');
    expect(decodeOption43(menu)).toEqual({
      discoveryControl: 3,
      menuPrompt: { timeoutSeconds: 0, text: 'PXE' },
      bootServers: [{ type: 0x8000, addresses: ['192.168.1.11'] }],
      bootMenu: [{ type: 0x8000, text: 'PXE' }],
      others: [],
    });
  });

  it('says in words that an item boots the local disk', () => {
    expect(summariseOption43(hex('0907000004446973 6bff'))).toBe('menu item 0 (local boot) "Disk"');
    expect(summariseOption43(hex('0105'))).toBe('not PXE: 01:05');
  });

  it('reads a boot item and keeps sub-options that it does not know', () => {
    expect(decodeOption43(hex('470480000000 0d0201 02ff'))).toEqual({
      bootItem: { type: 0x8000, layer: 0 },
      others: [{ code: 13, data: Uint8Array.of(1, 2) }],
    });
  });

  it.each([
    ['0601', 0, 'says 1 bytes, 0 are left'],
    ['060108 06020000', 5, 'has 2 bytes, not 1'],
    ['0803800001', 2, 'boot server list is cut short'],
    ['0904800009 41', 2, 'boot menu is cut short'],
    ['0a00', 2, 'menu prompt without a timeout'],
    ['47', 0, 'has no length'],
  ])('refuses %s', (bytes, offset, problem) => {
    const read = () => decodeOption43(hex(bytes));
    expect(read).toThrow(problem);
    expect(read).toThrow(`at byte ${offset})`);
  });
});

describe('architectures', () => {
  it('has one entry a code, in order', () => {
    expect(ARCHITECTURES.map(({ code }) => code)).toEqual(ARCHITECTURES.map((_, index) => index));
  });

  it('knows what real x64 firmware sends, and its HTTP twin', () => {
    expect(architectureOf(7)?.dnsmasqName).toBe('x86-64_EFI');
    expect(architectureOf(9)?.dnsmasqName).toBe('BC_EFI');
    expect(ARCHITECTURES.filter(({ isHttp }) => isHttp).map(({ code }) => code)).toEqual([
      15, 16, 17, 18, 19, 20, 23, 24, 26, 28, 30, 38, 40,
    ]);
    expect(architectureText(4711)).toBe('unknown architecture (4711)');
  });
});

describe('parseVendorClass', () => {
  it.each([
    [
      'PXEClient:Arch:00007:UNDI:003016',
      { kind: 'PXEClient', architecture: 7, undi: { major: 3, minor: 16 } },
    ],
    [
      'HTTPClient:Arch:00016:UNDI:003000',
      { kind: 'HTTPClient', architecture: 16, undi: { major: 3, minor: 0 } },
    ],
    ['PXEClient', { kind: 'PXEClient' }],
    ['PXEClient:Arch:00000', { kind: 'PXEClient', architecture: 0 }],
    ['d-i', undefined],
    ['', undefined],
    ['xPXEClient', undefined],
  ])('%s', (value, expected) => expect(parseVendorClass(value)).toEqual(expected));
});
