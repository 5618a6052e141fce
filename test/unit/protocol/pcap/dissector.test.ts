import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Dissector, type DissectedPacket } from '../../../../src/protocol/pcap/dissector.ts';
import { FragmentTable } from '../../../../src/protocol/pcap/fragment-table.ts';
import { readIpv4 } from '../../../../src/protocol/pcap/ipv4-packet.ts';
import { be16, bytesOf, ethernet, ipv4, join, udpSegment } from './frames.ts';

const udp = udpSegment(68, 67, bytesOf('hello'));
const packet = ipv4('0.0.0.0', '255.255.255.255', 17, udp);
const mac = Uint8Array.of(0xf4, 0x4d, 0x30, 0, 0, 1);

function dissect(data: Uint8Array, linkType = 1): DissectedPacket | undefined {
  return new Dissector().dissect({ number: 7, timeUs: 1, linkType, data, wireLength: data.length });
}

describe('Dissector', () => {
  it.each([
    ['Ethernet', 1, ethernet(packet), []],
    ['VLAN', 1, ethernet(packet, [[0x8100, 0x6005]]), [5]],
    [
      'QinQ',
      1,
      ethernet(packet, [
        [0x88a8, 100],
        [0x8100, 7],
      ]),
      [100, 7],
    ],
    ['Linux cooked v1', 113, join(be16(4), be16(1), be16(6), mac, be16(0), be16(0x0800), packet), []],
    [
      'Linux cooked v2',
      276,
      join(be16(0x0800), be16(0), be16(0), be16(2), be16(1), Uint8Array.of(4, 6), mac, be16(0), packet),
      [],
    ],
    ['raw IP', 101, packet, []],
    ['padded', 1, join(ethernet(packet), new Uint8Array(20)), []],
  ])('finds the datagram in %s', (_name, linkType, data, vlans) => {
    const found = dissect(data, linkType);
    expect(found).toMatchObject({ kind: 'udp', sourcePort: 68, destinationPort: 67, vlans, frameNumber: 7 });
    expect(found?.kind === 'udp' && Buffer.from(found.payload).toString()).toBe('hello');
    if (linkType !== 101) expect(found?.sourceMac).toBe('f4:4d:30:00:00:01');
  });

  it('puts fragments together in any order and names their frames', () => {
    const whole = udpSegment(69, 4000, bytesOf('x'.repeat(3000)));
    const cut = [0, 1480, 2960].map((offset) =>
      ethernet(
        ipv4('10.0.0.1', '10.0.0.2', 17, whole.subarray(offset, offset + 1480), {
          id: 9,
          offset,
          more: offset < 2960,
        }),
      ),
    );
    const dissector = new Dissector();
    const order = [2, 0, 1];
    const results = order.map((i, n) =>
      dissector.dissect({
        number: n + 1,
        timeUs: n,
        linkType: 1,
        data: cut[i] ?? new Uint8Array(),
        wireLength: 0,
      }),
    );
    expect(results.slice(0, 2)).toEqual([undefined, undefined]);
    expect(results[2]).toMatchObject({ kind: 'udp', fragments: [1, 2, 3], isTruncated: false });
    expect(results[2]?.kind === 'udp' && results[2].payload.length).toBe(3000);
  });

  it('keeps a bounded number of unfinished datagrams', () => {
    const table = new FragmentTable();
    for (let id = 0; id < 5000; id++) {
      const fragment = readIpv4(
        ipv4('10.0.0.1', '10.0.0.2', 17, new Uint8Array(64), { id, offset: 0, more: true }),
      );
      if (fragment) table.add(fragment, id, id);
    }
    expect(table.pending).toBeLessThanOrEqual(256);
  });

  it('reads what an ICMP port unreachable complains about', () => {
    const about = ipv4('192.168.1.2', '192.168.1.50', 17, udpSegment(1024, 4011, bytesOf('')));
    const icmp = ipv4('192.168.1.50', '192.168.1.2', 1, join(Uint8Array.of(3, 3, 0, 0, 0, 0, 0, 0), about));
    expect(dissect(ethernet(icmp))).toMatchObject({
      kind: 'icmp-unreachable',
      code: 3,
      about: { destination: '192.168.1.50', destinationPort: 4011, sourcePort: 1024 },
    });
  });

  it('never throws, whatever a frame holds', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(0, 1, 12, 101, 108, 113, 228, 276, 9999),
        fc.nat(60),
        (noise, linkType, keep) => {
          dissect(noise, linkType);
          dissect(join(ethernet(packet).subarray(0, keep), noise), linkType);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
