import { ProtocolError } from '../protocol-error.ts';
import type { ByteQueue } from './byte-queue.ts';
import { type CapturedFrame, type CaptureNote, MAX_FRAME_BYTES } from './captured-frame.ts';

/** First word of the file, read big-endian → byte order and unit of the time stamps. */
const MAGICS: ReadonlyMap<number, { readonly isLittle: boolean; readonly unitsPerUs: number }> = new Map([
  [0xa1b2c3d4, { isLittle: false, unitsPerUs: 1 }],
  [0xd4c3b2a1, { isLittle: true, unitsPerUs: 1 }],
  [0xa1b23c4d, { isLittle: false, unitsPerUs: 1000 }],
  [0x4d3cb2a1, { isLittle: true, unitsPerUs: 1000 }],
]);

/** Whether a file that begins with this word (read big-endian) is a classic pcap file. */
export function isClassicMagic(magic: number): boolean {
  return MAGICS.has(magic);
}

/** The frames of a classic pcap file (pcap-savefile(5)). */
export async function* readClassicFrames(
  queue: ByteQueue,
  onNote: (note: CaptureNote) => void,
): AsyncGenerator<CapturedFrame> {
  if (!(await queue.fill(24)))
    throw new ProtocolError('pcap', queue.available, 'the file header is cut short');
  const header = viewOf(queue.take(24));
  const format = MAGICS.get(header.getUint32(0));
  if (!format) throw new ProtocolError('pcap', 0, 'not a pcap file');
  const { isLittle, unitsPerUs } = format;
  // the upper six bits say whether frames carry a frame check sequence, and how long it is
  const linkType = header.getUint32(20, isLittle) & 0x03ffffff;
  for (let number = 1; ; number++) {
    const offset = queue.position;
    if (queue.available < 16 && !(await queue.fill(16))) {
      if (queue.available > 0) onNote(cutShort(offset, number));
      return;
    }
    const record = viewOf(queue.take(16));
    const length = record.getUint32(8, isLittle);
    if (length > MAX_FRAME_BYTES) {
      throw new ProtocolError('pcap', offset, `frame ${number} claims ${length} bytes: the file is damaged`);
    }
    const timeUs =
      record.getUint32(0, isLittle) * 1e6 + Math.floor(record.getUint32(4, isLittle) / unitsPerUs);
    const wireLength = record.getUint32(12, isLittle);
    if (queue.available < length && !(await queue.fill(length))) {
      onNote(cutShort(offset, number));
      return;
    }
    yield { number, timeUs, linkType, data: queue.take(length), wireLength };
  }
}

function cutShort(offset: number, number: number): CaptureNote {
  return { offset, text: `the file ends in the middle of frame ${number}: the capture was cut short` };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
