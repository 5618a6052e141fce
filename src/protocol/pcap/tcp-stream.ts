/** Out-of-order bytes kept per direction; beyond it the missing segment is taken as not captured. */
const MAX_WAITING_BYTES = 256 * 1024;
const MAX_WAITING_SEGMENTS = 512;
const WRAP = 0x1_0000_0000;

/** Bytes of one direction of a connection, in order. */
export interface InOrder {
  /** the bytes; a view for segments that arrive in order */
  readonly bytes: Uint8Array;
  /** bytes after `bytes` that were on the wire and not in the capture */
  readonly skippedBytes: number;
  readonly frameNumber: number;
  readonly timeUs: number;
}

interface Segment {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  readonly wireLength: number;
  readonly frameNumber: number;
  readonly timeUs: number;
}

/** One direction of a TCP connection: resent bytes once, late segments in their place, lost ones skipped. */
export class TcpStream {
  #next: number | undefined;
  #waiting: Segment[] = [];
  #waitingBytes = 0;

  /** SYN seen: the first byte of data has the sequence number after it. */
  startAt(sequence: number): void {
    this.#next = (sequence + 1) % WRAP;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** Whether the other side has acknowledged data that is not in the capture; a FIN counts one, and is no data. */
  isBehind(acknowledgment: number): boolean {
    return this.#next !== undefined && signedDistance(this.#next, acknowledgment) > 1;
  }

  /** Adds a segment and returns what is in order now. */
  push(segment: Segment): InOrder[] {
    if (segment.wireLength === 0) return [];
    // a capture that begins in the middle of a connection
    this.#next ??= segment.sequence;
    const ready = this.#accept(segment);
    if (!ready) return [];
    const out = [...ready, ...this.#release()];
    if (this.#waitingBytes > MAX_WAITING_BYTES || this.#waiting.length > MAX_WAITING_SEGMENTS) {
      out.push(...this.#skipGap());
    }
    return out;
  }

  /** The connection ends: what waits for missing bytes is given out with the gap before it. */
  finish(): InOrder[] {
    const out: InOrder[] = [];
    while (this.#waiting.length > 0) out.push(...this.#skipGap());
    return out;
  }

  #accept(segment: Segment): InOrder[] | undefined {
    const distance = signedDistance(this.#next ?? 0, segment.sequence);
    if (distance > 0) {
      this.#waiting.push({ ...segment, bytes: segment.bytes.slice() });
      this.#waitingBytes += segment.wireLength;
      return [];
    }
    if (-distance >= segment.wireLength) return undefined;
    const bytes = segment.bytes.subarray(Math.min(-distance, segment.bytes.length));
    this.#next = (segment.sequence + segment.wireLength) % WRAP;
    const freshWire = segment.wireLength + distance;
    return [
      {
        bytes,
        skippedBytes: freshWire - bytes.length,
        frameNumber: segment.frameNumber,
        timeUs: segment.timeUs,
      },
    ];
  }

  #release(): InOrder[] {
    const out: InOrder[] = [];
    for (let index = this.#firstReady(); index >= 0; index = this.#firstReady()) {
      const [segment] = this.#waiting.splice(index, 1);
      if (!segment) break;
      this.#waitingBytes -= segment.wireLength;
      out.push(...(this.#accept(segment) ?? []));
    }
    return out;
  }

  #firstReady(): number {
    return this.#waiting.findIndex((s) => signedDistance(this.#next ?? 0, s.sequence) <= 0);
  }

  #skipGap(): InOrder[] {
    const nearest = this.#waiting.reduce((a, b) =>
      signedDistance(this.#next ?? 0, b.sequence) < signedDistance(this.#next ?? 0, a.sequence) ? b : a,
    );
    const gap = signedDistance(this.#next ?? 0, nearest.sequence);
    this.#next = nearest.sequence;
    const hole: InOrder = {
      bytes: new Uint8Array(0),
      skippedBytes: gap,
      frameNumber: nearest.frameNumber,
      timeUs: nearest.timeUs,
    };
    return [hole, ...this.#release()];
  }
}

/** How far `to` lies after `from` in sequence space; negative when before. */
function signedDistance(from: number, to: number): number {
  const forward = (to - from + WRAP) % WRAP;
  return forward >= WRAP / 2 ? forward - WRAP : forward;
}
