import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv4FromNumber } from '../../../../src/protocol/addresses.ts';
import { decodeDhcp } from '../../../../src/protocol/dhcp/decode-dhcp.ts';
import {
  macOf,
  messageNameOf,
  optionData,
  type DhcpOption,
  type DhcpPacket,
} from '../../../../src/protocol/dhcp/dhcp-packet.ts';
import { encodeDhcp } from '../../../../src/protocol/dhcp/encode-dhcp.ts';
import { summariseDhcp } from '../../../../src/protocol/dhcp/summarise-dhcp.ts';
import { ProtocolError } from '../../../../src/protocol/protocol-error.ts';
import { clientPacket } from '../../../support/dhcp/client-packets.ts';

const address = fc.integer({ min: 0, max: 0xffffffff }).map(ipv4FromNumber);
const headerText = (maxLength: number) =>
  fc.array(fc.integer({ min: 1, max: 255 }), { maxLength }).map((codes) => String.fromCharCode(...codes));
const option: fc.Arbitrary<DhcpOption> = fc.record({
  code: fc.integer({ min: 1, max: 254 }).filter((code) => code !== 52),
  data: fc.uint8Array({ maxLength: 700 }),
});
const packet: fc.Arbitrary<DhcpPacket> = fc.record({
  op: fc.constantFrom(1, 2),
  htype: fc.nat(255),
  hlen: fc.nat(16),
  hops: fc.nat(255),
  xid: fc.nat(0xffffffff),
  secs: fc.nat(0xffff),
  flags: fc.nat(0xffff),
  ciaddr: address,
  yiaddr: address,
  siaddr: address,
  giaddr: address,
  chaddr: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  serverName: headerText(64),
  bootFile: headerText(128),
  options: fc.uniqueArray(option, { selector: ({ code }) => code, maxLength: 30 }),
});

/** A message with these option bytes; `file` and `sname` may hold options too. */
function message(options: readonly number[], file: readonly number[] = [], sname: readonly number[] = []) {
  const bytes = Buffer.alloc(240 + options.length);
  bytes.set([1, 1, 6, 0], 0);
  bytes.set(sname, 44);
  bytes.set(file, 108);
  bytes.writeUInt32BE(0x63825363, 236);
  bytes.set(options, 240);
  return bytes;
}

function problemOf(bytes: Uint8Array): ProtocolError {
  try {
    decodeDhcp(bytes);
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error('decoded without a problem');
}

describe('DHCP codec', () => {
  it('gives back any packet that it wrote', () => {
    fc.assert(
      fc.property(packet, (original) => {
        const bytes = encodeDhcp(original);
        expect(bytes.length).toBeGreaterThanOrEqual(300);
        expect(decodeDhcp(bytes)).toEqual(original);
      }),
      { numRuns: 300 },
    );
  });

  it('gives a value or a ProtocolError with an offset inside the input for any bytes', () => {
    const valid = fc.tuple(packet, fc.nat(2000), fc.nat(255)).map(([value, at, byte]) => {
      const bytes = encodeDhcp(value);
      bytes[at % bytes.length] = byte;
      return bytes.subarray(0, fcCut(bytes.length, at));
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 700 }), valid), (bytes) => {
        try {
          // whatever could be read can also be told and written again
          const value = decodeDhcp(bytes);
          expect(summariseDhcp(value)).toMatch(/^DHCP .*\.$/s);
          expect(decodeDhcp(encodeDhcp(value))).toEqual(value);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
          expect(error.offset).toBeLessThanOrEqual(bytes.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('joins an option that is split over several instances, in the order of the first', () => {
    const decoded = decodeDhcp(message([53, 1, 1, 67, 2, 0x61, 0x62, 12, 1, 0x68, 67, 1, 0x63, 255]));
    expect(decoded.options.map(({ code }) => code)).toEqual([53, 67, 12]);
    expect(optionData(decoded, 67)).toEqual(Uint8Array.of(0x61, 0x62, 0x63));
  });

  it('reads options out of file and sname when option 52 says so', () => {
    const options = [52, 1, 3, 53, 1, 2, 67, 1, 0x61, 255];
    const decoded = decodeDhcp(
      message(options, [0, 67, 1, 0x62, 255, 9], [54, 4, 10, 0, 0, 1, 67, 1, 0x63, 255]),
    );
    expect(decoded.options).toEqual([
      { code: 53, data: Uint8Array.of(2) },
      { code: 67, data: Uint8Array.of(0x61, 0x62, 0x63) },
      { code: 54, data: Uint8Array.of(10, 0, 0, 1) },
    ]);
    expect([decoded.bootFile, decoded.serverName]).toEqual(['', '']);
    // written again, the options stand in the option field alone
    expect(decodeDhcp(encodeDhcp(decoded))).toEqual(decoded);
  });

  it('leaves sname alone when option 52 names only file', () => {
    const decoded = decodeDhcp(message([52, 1, 1, 255], [12, 1, 0x78, 255], [0x73, 0x72, 0x76]));
    expect(decoded.serverName).toBe('srv');
    expect(optionData(decoded, 12)).toEqual(Uint8Array.of(0x78));
  });

  it('skips pads and takes a message without an end option', () => {
    const decoded = decodeDhcp(message([0, 0, 53, 1, 3, 0]));
    expect(messageNameOf(decoded)).toBe('REQUEST');
    expect(decoded.options).toHaveLength(1);
  });

  it.each([
    ['nothing', new Uint8Array(), 0, 'at least 240'],
    ['a header without options', message([]).subarray(0, 239), 239, 'at least 240'],
    ['an op that is none', Buffer.concat([Uint8Array.of(3), message([255]).subarray(1)]), 0, 'op 3'],
    ['hlen 255', Buffer.concat([Uint8Array.of(1, 1, 255), message([255]).subarray(3)]), 2, 'length 255'],
    ['plain BOOTP', Buffer.alloc(300, 1), 2, ''],
    ['an option without a length', message([53]), 240, 'option 53 has no length'],
    ['an option that goes past the end', message([53, 1, 1, 60, 9, 0x50]), 243, 'says 9 bytes, 1 are left'],
    ['a cut option in file', message([52, 1, 1, 255], Array<number>(128).fill(77)), 108 + 79, '77'],
    ['more than a datagram', Buffer.alloc(65_508), 65_507, 'too long'],
  ])('refuses %s, with its offset', (title, bytes, offset, text) => {
    if (title === 'plain BOOTP') bytes.set([1, 1, 6], 0);
    const problem = problemOf(bytes);
    expect(problem.offset).toBe(title === 'plain BOOTP' ? 236 : offset);
    expect(problem.message).toContain(text);
  });

  it('does not take the MAC of anything but Ethernet', () => {
    expect(macOf(clientPacket())).toBe('52:54:00:12:34:56');
    expect(macOf(clientPacket({ header: { hlen: 8 } }))).toBeUndefined();
  });

  it('refuses to write a file name that the header cannot hold', () => {
    expect(() => encodeDhcp(clientPacket({ header: { bootFile: 'x'.repeat(129) } }))).toThrow(RangeError);
  });
});

function fcCut(length: number, at: number): number {
  return at % 3 === 0 ? Math.max(0, length - (at % 64)) : length;
}
