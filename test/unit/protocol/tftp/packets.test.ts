import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../../src/protocol/protocol-error.ts';
import {
  decodeTftp,
  encodeTftp,
  readAckBlock,
  type TftpPacket,
} from '../../../../src/protocol/tftp/packets.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

describe('decodeTftp', () => {
  it('reads the size probe of EDK2: tsize, blksize, windowsize', () => {
    const bytes = ascii('\0\x01ipxe.efi\0octet\0tsize\x000\0blksize\x001468\0windowsize\x004\0');
    expect(decodeTftp(bytes)).toEqual({
      opcode: 'rrq',
      fileName: 'ipxe.efi',
      mode: 'octet',
      options: [
        { name: 'tsize', value: '0' },
        { name: 'blksize', value: '1468' },
        { name: 'windowsize', value: '4' },
      ],
    });
  });

  it('keeps the byte 0xFF that a ROM leaves behind the name, for the cleaning to remove', () => {
    expect(decodeTftp(ascii('\0\x01ipxe.efi\xff\0OCTET\0'))).toMatchObject({
      fileName: 'ipxe.efi\udcff',
      mode: 'octet',
    });
  });

  it('takes zero padding after a request and after an ACK', () => {
    expect(decodeTftp(ascii('\0\x01a\0octet\0\0\0\0\0'))).toMatchObject({ options: [] });
    expect(decodeTftp(hex('0004 0007 0000 0000'))).toEqual({ opcode: 'ack', block: 7 });
  });

  it('takes an ERROR without text and one without a terminator', () => {
    expect(decodeTftp(hex('0005 0008'))).toEqual({ opcode: 'error', code: 8, message: '' });
    expect(decodeTftp(ascii('\0\x05\0\x08User aborted'))).toMatchObject({ code: 8, message: 'User aborted' });
  });

  it.each([
    ['nothing', '', 0],
    ['half an opcode', '00', 0],
    ['opcode 9', '0009', 0],
    ['a name without end', '0001 61 62 63', 2],
    ['a mode without end', '0001 6100 6f63', 4],
    ['no name', '0001 00 6f6300', 2],
    ['an option without end', '0001 6100 6f00 7473', 6],
    ['an ACK without block', '0004 00', 3],
    ['DATA without block', '0003', 2],
  ])('refuses %s and says where', (_what, bytes, offset) => {
    try {
      decodeTftp(hex(bytes));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
      expect((error as ProtocolError).offset).toBe(offset);
    }
  });

  it('refuses a request that is too long', () => {
    expect(() => decodeTftp(ascii(`\0\x01${'a'.repeat(3000)}\0octet\0`))).toThrow(ProtocolError);
  });

  it('gives a value or a ProtocolError for any bytes', () => {
    const opcode = fc.integer({ min: 0, max: 7 });
    fc.assert(
      fc.property(opcode, fc.uint8Array({ maxLength: 600 }), (code, rest) => {
        try {
          decodeTftp(Uint8Array.of(0, code, ...rest));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('encodeTftp', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((s) => !s.includes('\0'));
  const options = fc.array(fc.record({ name: text, value: text }), { maxLength: 6 });
  const block = fc.integer({ min: 0, max: 65535 });
  const packet: fc.Arbitrary<TftpPacket> = fc.oneof(
    fc.record({
      opcode: fc.constantFrom('rrq' as const, 'wrq' as const),
      fileName: text,
      mode: fc.constantFrom('octet', 'netascii'),
      options,
    }),
    fc.record({ opcode: fc.constant('data' as const), block, data: fc.uint8Array({ maxLength: 600 }) }),
    fc.record({ opcode: fc.constant('ack' as const), block }),
    fc.record({
      opcode: fc.constant('error' as const),
      code: fc.integer({ min: 0, max: 8 }),
      message: text,
    }),
    fc.record({ opcode: fc.constant('oack' as const), options }),
  );

  it('is undone by decodeTftp', () => {
    fc.assert(
      fc.property(packet, (value) => {
        expect(decodeTftp(encodeTftp(value))).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the bytes of a request back as they came, whatever their encoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (name) => {
        if (name.includes(0)) return;
        const bytes = Uint8Array.of(0, 1, ...name, 0, ...ascii('octet'), 0);
        expect(encodeTftp(decodeTftp(bytes))).toEqual(bytes);
      }),
    );
  });

  it('gives names in UTF-8 back as they came, and those with lone bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), (name) => {
        if (name.includes('\0')) return;
        const bytes = Uint8Array.of(0, 1, ...new TextEncoder().encode(name), 0, ...ascii('octet'), 0);
        expect(encodeTftp(decodeTftp(bytes))).toEqual(bytes);
        expect(decodeTftp(bytes)).toMatchObject({ fileName: name });
      }),
    );
    for (const name of ['c280', 'c3a9', 'e9', '61ff', 'c3a9ff', 'f09f9880']) {
      const bytes = hex(`0001${name}006f6374657400`);
      expect(encodeTftp(decodeTftp(bytes))).toEqual(bytes);
    }
  });

  it('writes the bytes of RFC 1350 and RFC 2347', () => {
    expect(encodeTftp({ opcode: 'oack', options: [{ name: 'tsize', value: '1024' }] })).toEqual(
      ascii('\0\x06tsize\x001024\0'),
    );
    expect(encodeTftp({ opcode: 'error', code: 1, message: 'file not found' })).toEqual(
      ascii('\0\x05\0\x01file not found\0'),
    );
    expect(encodeTftp({ opcode: 'data', block: 65537, data: hex('aabb') })).toEqual(hex('0003 0001 aabb'));
  });
});

describe('readAckBlock', () => {
  it('tells an ACK from everything else', () => {
    expect(readAckBlock(hex('0004 ffff'))).toBe(65535);
    expect(readAckBlock(hex('0004 ff'))).toBe(-1);
    expect(readAckBlock(hex('0005 0001'))).toBe(-1);
  });
});
