import { ProtocolError } from '../protocol-error.ts';
import { ByteQueue } from './byte-queue.ts';
import type { CapturedFrame, CaptureNote } from './captured-frame.ts';
import { isClassicMagic, readClassicFrames } from './classic-frames.ts';
import { PCAPNG_MAGIC, readPcapngFrames } from './pcapng-frames.ts';

/**
 * Reads a pcap or pcapng file from chunks, in the memory of one chunk and one frame.
 * A file that ends in the middle of a frame gives what was readable and one note.
 * @throws ProtocolError when the bytes are no capture, or become none further on
 */
export async function* readCapture(
  chunks: AsyncIterable<Uint8Array>,
  onNote: (note: CaptureNote) => void = () => undefined,
): AsyncGenerator<CapturedFrame> {
  const queue = new ByteQueue(chunks);
  try {
    if (!(await queue.fill(4))) {
      throw new ProtocolError(
        'pcap',
        0,
        queue.available === 0 ? 'the file is empty' : 'the file is too short',
      );
    }
    const head = queue.peek(4);
    const magic = new DataView(head.buffer, head.byteOffset, 4).getUint32(0);
    if (magic === PCAPNG_MAGIC) yield* readPcapngFrames(queue, onNote);
    else if (isClassicMagic(magic)) yield* readClassicFrames(queue, onNote);
    else {
      const seen = magic.toString(16).padStart(8, '0');
      throw new ProtocolError('pcap', 0, `neither pcap nor pcapng: the file begins with ${seen}`);
    }
  } finally {
    await queue.close();
  }
}
