import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePe } from '../../../src/protocol/pe/pe-image.ts';
import { decodeAr } from '../../../src/protocol/deb/ar-archive.ts';
import { dearmor } from '../../../src/protocol/openpgp/armor.ts';
import { decodePackets } from '../../../src/protocol/openpgp/packets.ts';
import { ProtocolError } from '../../../src/protocol/protocol-error.ts';

/** Headers of an EFI program as the Microsoft PE format lays them out. */
function pe(machine: number, certificateBytes: number, size = 4096): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x5a4d, true);
  view.setUint32(0x3c, 0x80, true);
  view.setUint32(0x80, 0x4550, true);
  view.setUint16(0x84, machine, true);
  const isWide = machine !== 0x14c;
  view.setUint16(0x94, isWide ? 240 : 224, true);
  view.setUint16(0x98, isWide ? 0x20b : 0x10b, true);
  view.setUint16(0x98 + 68, 10, true);
  const directories = 0x98 + (isWide ? 108 : 92);
  view.setUint32(directories, 16, true);
  view.setUint32(directories + 4 + 32, size - certificateBytes, true);
  view.setUint32(directories + 4 + 36, certificateBytes, true);
  return bytes;
}

describe('PE images', () => {
  it.each([
    [0x8664, 'x64'],
    [0x14c, 'ia32'],
    [0xaa64, 'arm64'],
    [0x1234, undefined],
  ])('machine 0x%s is %s', (code, machine) => {
    expect(decodePe(pe(code, 0))).toEqual({ machine, machineCode: code, subsystem: 10, isSigned: false });
  });
  it('a certificate table means that it is signed', () =>
    expect(decodePe(pe(0x8664, 64)).isSigned).toBe(true));
  it('a certificate table behind the end is refused', () => {
    expect(() => decodePe(pe(0x8664, 64).subarray(0, 4000))).toThrow(ProtocolError);
    expect(decodePe(pe(0x8664, 64).subarray(0, 4000), 4096).isSigned).toBe(true);
  });
});

describe('any bytes give a value or a ProtocolError', () => {
  const decoders: readonly [string, (bytes: Uint8Array) => unknown, Uint8Array][] = [
    ['pe', decodePe, pe(0x8664, 64, 600)],
    [
      'ar',
      decodeAr,
      new TextEncoder().encode(
        `!<arch>\ndebian-binary   0           0     0     100644  4         \`\n2.0\n`,
      ),
    ],
    ['packets', decodePackets, Uint8Array.from([0x99, 0, 2, 4, 0, 0xcd, 1, 65])],
    [
      'armor',
      (bytes) => dearmor(String.fromCharCode(...bytes)),
      new TextEncoder().encode('-----BEGIN PGP X-----\n\nAAAA\n-----END PGP X-----'),
    ],
  ];
  it.each(decoders)('%s', (_name, decode, valid) => {
    decode(valid);
    const tolerant = (bytes: Uint8Array): void => {
      try {
        decode(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 700 }), tolerant));
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.nat(255), (at, value) => {
        const bytes = Uint8Array.from(valid);
        bytes[at] = value;
        tolerant(bytes);
      }),
      { numRuns: 500 },
    );
  });
});
