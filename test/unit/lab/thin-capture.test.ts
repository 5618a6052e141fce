import { expect, it } from 'vitest';
import { thinCapture } from '../../support/thin-capture.ts';

/** An Ethernet frame of IPv4 with UDP, its payload one number. */
function udp(source: number, target: number, number: number): Buffer {
  const frame = Buffer.alloc(44);
  frame.writeUInt16BE(0x0800, 12);
  frame[14] = 0x45;
  frame[23] = 17;
  frame.writeUInt16BE(source, 34);
  frame.writeUInt16BE(target, 36);
  frame.writeUInt16BE(number, 42);
  return frame;
}

function pcap(frames: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  const records = frames.map((frame) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return Buffer.concat([record, frame]);
  });
  return Buffer.concat([head, ...records]);
}

function numbersIn(capture: Buffer): number[] {
  const numbers: number[] = [];
  for (let at = 24; at < capture.length; at += 16 + 44) numbers.push(capture.readUInt16BE(at + 16 + 42));
  return numbers;
}

it('keeps the first 12 and the last 6 packets of a flow, both directions together', () => {
  const frames = Array.from({ length: 100 }, (_, n) => (n % 2 ? udp(40_000, 2070, n) : udp(2070, 40_000, n)));
  expect(numbersIn(thinCapture(pcap(frames)))).toEqual([
    ...Array.from({ length: 12 }, (_, n) => n),
    ...[94, 95, 96, 97, 98, 99],
  ]);
});

it('keeps all of DHCP, port 4011, TFTP requests and what is not IPv4', () => {
  const arp = Buffer.alloc(44);
  arp.writeUInt16BE(0x0806, 12);
  const frames = [68, 4011, 2070].flatMap((port) =>
    Array.from({ length: 30 }, (_, n) => udp(port, port === 2070 ? 69 : port === 68 ? 67 : 4011, n)),
  );
  const capture = pcap([...frames, ...Array.from({ length: 30 }, () => arp)]);
  expect(thinCapture(capture)).toEqual(capture);
});

it('passes over a last packet that is cut', () => {
  const capture = pcap([udp(1, 2, 1), udp(1, 2, 2)]);
  expect(numbersIn(thinCapture(capture.subarray(0, -5)))).toEqual([1]);
});
