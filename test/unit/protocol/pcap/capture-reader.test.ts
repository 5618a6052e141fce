import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CapturedFrame, CaptureNote } from '../../../../src/protocol/pcap/captured-frame.ts';
import { readCapture } from '../../../../src/protocol/pcap/capture-reader.ts';
import { ProtocolError } from '../../../../src/protocol/protocol-error.ts';
import { be16, be32, bytesOf, chunked, ethernet, ipv4, join, pcapFile, udpSegment } from './frames.ts';

const frames = ['one', 'two', 'three'].map((text) =>
  ethernet(ipv4('192.168.1.2', '192.168.1.50', 17, udpSegment(68, 67, bytesOf(text)))),
);

async function readAll(
  bytes: Uint8Array,
  chunk = 7,
): Promise<{ frames: CapturedFrame[]; notes: CaptureNote[] }> {
  const notes: CaptureNote[] = [];
  const read: CapturedFrame[] = [];
  for await (const frame of readCapture(chunked(bytes, chunk), (n) => notes.push(n))) {
    read.push({ ...frame, data: frame.data.slice() });
  }
  return { frames: read, notes };
}

function block(type: number, body: Uint8Array): Uint8Array {
  const padded = join(body, new Uint8Array((4 - (body.length % 4)) % 4));
  return join(be32(type), be32(12 + padded.length), padded, be32(12 + padded.length));
}

const sectionHeader = block(
  0x0a0d0d0a,
  join(be32(0x1a2b3c4d), be16(1), be16(0), be32(0xffffffff), be32(0xffffffff)),
);

describe('readCapture', () => {
  it.each([
    { little: true, nanos: false },
    { little: false, nanos: false },
    { little: true, nanos: true },
    { little: false, nanos: true },
  ])('reads classic files in each byte order and time unit: %o', async (options) => {
    const { frames: read, notes } = await readAll(pcapFile(frames, options));
    expect(notes).toEqual([]);
    expect(read.map((f) => f.number)).toEqual([1, 2, 3]);
    expect(read.map((f) => f.timeUs)).toEqual([
      1_700_000_000_123_456, 1_700_000_001_123_456, 1_700_000_002_123_456,
    ]);
    expect(read.map((f) => f.data)).toEqual(frames);
  });

  it('reads pcapng: interfaces with their own resolution, enhanced and simple packets, unknown blocks', async () => {
    const nanoseconds = join(be16(9), be16(1), Uint8Array.of(9, 0, 0, 0), be16(0), be16(0));
    const first = frames[0] ?? new Uint8Array();
    const units = 1_700_000_000_123_456_789n;
    const file = join(
      sectionHeader,
      block(1, join(be16(1), be16(0), be32(0))),
      block(1, join(be16(276), be16(0), be32(0), nanoseconds)),
      block(0xbad, be32(1)),
      block(
        6,
        join(
          be32(1),
          be32(Number(units >> 32n)),
          be32(Number(units & 0xffffffffn)),
          be32(first.length),
          be32(first.length),
          first,
        ),
      ),
      block(3, join(be32(first.length), first)),
    );
    const { frames: read, notes } = await readAll(file);
    expect(notes).toEqual([]);
    expect(read.map((f) => [f.number, f.linkType])).toEqual([
      [1, 276],
      [2, 1],
    ]);
    // 64-bit units lose their last digits as doubles: a microsecond is what remains
    expect(Math.abs((read[0]?.timeUs ?? 0) - 1_700_000_000_123_456)).toBeLessThanOrEqual(1);
    expect(read[1]?.data).toEqual(first);
  });

  it('gives what is readable of a file that was cut short, and says so', async () => {
    const whole = pcapFile(frames);
    const { frames: read, notes } = await readAll(whole.subarray(0, whole.length - 3));
    expect(read).toHaveLength(2);
    expect(notes).toHaveLength(1);
    expect(notes[0]?.text).toContain('frame 3');
  });

  it.each([
    ['empty', new Uint8Array()],
    ['text', bytesOf('dnsmasq-dhcp: 110268312 vendor class')],
    ['short', Uint8Array.of(0xd4, 0xc3, 0xb2)],
    ['header only in part', pcapFile([]).subarray(0, 20)],
  ])('refuses what is no capture: %s', async (_name, bytes) => {
    await expect(readAll(bytes)).rejects.toBeInstanceOf(ProtocolError);
  });

  it('refuses a frame that claims more than any network carries', async () => {
    const file = pcapFile([frames[0] ?? new Uint8Array()]);
    file.set(be32(0xffffffff), 24 + 8);
    await expect(readAll(file)).rejects.toThrow('damaged');
  });

  it('answers any bytes with frames or a ProtocolError, whatever the chunks', async () => {
    const start = fc.constantFrom(
      pcapFile(frames),
      join(sectionHeader, block(1, join(be16(1), be16(0), be32(0)))),
      new Uint8Array(),
    );
    await fc.assert(
      fc.asyncProperty(
        start,
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 64 }),
        fc.nat(400),
        async (good, noise, chunk, at) => {
          const bytes = join(good.subarray(0, at), noise, good.subarray(at));
          try {
            await readAll(bytes, chunk);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
