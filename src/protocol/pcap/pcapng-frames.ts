import { ProtocolError } from '../protocol-error.ts';
import type { ByteQueue } from './byte-queue.ts';
import { type CapturedFrame, type CaptureNote, MAX_FRAME_BYTES } from './captured-frame.ts';

/** Section header block type; the same in both byte orders. */
export const PCAPNG_MAGIC = 0x0a0d0d0a;

const BLOCK = { interface: 1, packet: 2, simplePacket: 3, enhancedPacket: 6 } as const;
const OPTION = { end: 0, timeResolution: 9, timeOffset: 14 } as const;
/** A block holds one frame and its options; anything much larger is damage. */
const MAX_BLOCK_BYTES = MAX_FRAME_BYTES + (1 << 20);
const MAX_INTERFACES = 4096;

interface CaptureInterface {
  readonly linkType: number;
  readonly snapLength: number;
  readonly unitsPerSecond: number;
  readonly offsetSeconds: number;
}

interface Section {
  isLittle: boolean;
  interfaces: CaptureInterface[];
}

type RawFrame = Omit<CapturedFrame, 'number'>;

/** The frames of a pcapng file (draft-ietf-opsawg-pcapng), whatever its sections and byte orders. */
export async function* readPcapngFrames(
  queue: ByteQueue,
  onNote: (note: CaptureNote) => void,
): AsyncGenerator<CapturedFrame> {
  const section: Section = { isLittle: false, interfaces: [] };
  let number = 0;
  for (;;) {
    const offset = queue.position;
    const note = (): void =>
      onNote({ offset, text: `the file ends in the middle of a block, after frame ${number}` });
    if (queue.available < 12 && !(await queue.fill(12))) {
      if (queue.available > 0) note();
      return;
    }
    const head = viewOf(queue.peek(12));
    const isSectionHeader = head.getUint32(0) === PCAPNG_MAGIC;
    if (isSectionHeader) {
      section.isLittle = byteOrderOf(head.getUint32(8), offset);
      section.interfaces = [];
    }
    const length = head.getUint32(4, section.isLittle);
    if (length < 12 || length % 4 !== 0 || length > MAX_BLOCK_BYTES) {
      throw new ProtocolError('pcapng', offset, `a block claims ${length} bytes: the file is damaged`);
    }
    if (queue.available < length && !(await queue.fill(length))) {
      note();
      return;
    }
    const block = queue.take(length);
    if (isSectionHeader) continue;
    const frame = readBlock(block, section, offset);
    if (frame) yield { number: ++number, ...frame };
  }
}

function byteOrderOf(magic: number, offset: number): boolean {
  if (magic === 0x1a2b3c4d) return false;
  if (magic === 0x4d3c2b1a) return true;
  throw new ProtocolError('pcapng', offset + 8, 'the section header has no byte order mark');
}

function readBlock(block: Uint8Array, section: Section, offset: number): RawFrame | undefined {
  const view = viewOf(block);
  const { isLittle, interfaces } = section;
  const need = (bytes: number): void => {
    if (block.length < bytes + 4)
      throw new ProtocolError('pcapng', offset, 'a block is shorter than its fields');
  };
  switch (view.getUint32(0, isLittle)) {
    case BLOCK.interface: {
      need(16);
      if (interfaces.length >= MAX_INTERFACES)
        throw new ProtocolError('pcapng', offset, 'too many interfaces');
      interfaces.push(readInterface(view, isLittle));
      return undefined;
    }
    case BLOCK.enhancedPacket: {
      need(28);
      return readTimedPacket(
        block,
        view,
        isLittle,
        interfaceAt(interfaces, view.getUint32(8, isLittle), offset),
        offset,
      );
    }
    case BLOCK.packet: {
      need(28);
      return readTimedPacket(
        block,
        view,
        isLittle,
        interfaceAt(interfaces, view.getUint16(8, isLittle), offset),
        offset,
      );
    }
    case BLOCK.simplePacket: {
      need(12);
      const on = interfaceAt(interfaces, 0, offset);
      const wireLength = view.getUint32(8, isLittle);
      const room = block.length - 16;
      const length = Math.min(wireLength, on.snapLength === 0 ? room : on.snapLength, room);
      return { timeUs: 0, linkType: on.linkType, data: block.subarray(12, 12 + length), wireLength };
    }
    default:
      return undefined;
  }
}

/** Enhanced and old packet blocks have their times and lengths at the same offsets. */
function readTimedPacket(
  block: Uint8Array,
  view: DataView,
  isLittle: boolean,
  on: CaptureInterface,
  offset: number,
): RawFrame {
  const units = view.getUint32(12, isLittle) * 0x1_0000_0000 + view.getUint32(16, isLittle);
  const length = view.getUint32(20, isLittle);
  if (28 + length > block.length - 4)
    throw new ProtocolError('pcapng', offset + 20, 'a frame is longer than its block');
  return {
    timeUs: toMicroseconds(units, on),
    linkType: on.linkType,
    data: block.subarray(28, 28 + length),
    wireLength: view.getUint32(24, isLittle),
  };
}

function toMicroseconds(units: number, on: CaptureInterface): number {
  const scaled =
    on.unitsPerSecond >= 1e6
      ? Math.floor(units / (on.unitsPerSecond / 1e6))
      : units * (1e6 / on.unitsPerSecond);
  return scaled + on.offsetSeconds * 1e6;
}

function interfaceAt(
  interfaces: readonly CaptureInterface[],
  index: number,
  offset: number,
): CaptureInterface {
  const found = interfaces[index];
  if (!found)
    throw new ProtocolError('pcapng', offset, `a frame names interface ${index}, which is not described`);
  return found;
}

function readInterface(view: DataView, isLittle: boolean): CaptureInterface {
  let unitsPerSecond = 1e6;
  let offsetSeconds = 0;
  const end = view.byteLength - 4;
  for (let at = 16; at + 4 <= end;) {
    const code = view.getUint16(at, isLittle);
    const length = view.getUint16(at + 2, isLittle);
    if (code === OPTION.end || at + 4 + length > end) break;
    if (code === OPTION.timeResolution && length >= 1) {
      const value = view.getUint8(at + 4);
      unitsPerSecond = value & 0x80 ? 2 ** (value & 0x7f) : 10 ** value;
    }
    if (code === OPTION.timeOffset && length >= 8) {
      offsetSeconds = Number(view.getBigInt64(at + 4, isLittle));
    }
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return {
    linkType: view.getUint16(8, isLittle),
    snapLength: view.getUint32(12, isLittle),
    unitsPerSecond,
    offsetSeconds,
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
