import { isAscii } from 'node:buffer';

/** A line of a log is short; a file without line ends must not fill the memory. */
const MAX_LINE_BYTES = 256 * 1024;

/** Fewer bytes are no text that tells its encoding. */
const MIN_UTF16_BYTES = 16;
const LINE_END = 10;
const CARRIAGE_RETURN = 13;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const NOTHING = Buffer.alloc(0);

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/**
 * Text that arrives in chunks, as lines without their ends: UTF-8, UTF-16 with or without mark, CRLF. Each line is a
 * string of its own: what is kept of one does not keep its chunk.
 */
export class TextLines {
  #encoding: Encoding | undefined;
  /** of UTF-16 only: a character may be cut by the end of a chunk */
  #decoder: InstanceType<typeof TextDecoder> | undefined;
  #rest: Buffer = NOTHING;
  #isSkipping = false;
  /** lines of which only the beginning was read */
  cutCount = 0;

  /** Each byte is a character or part of one, and line ends are single bytes. */
  get isByteText(): boolean {
    return this.#encoding === 'utf-8';
  }

  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): string[] {
    const isFirst = this.#encoding === undefined;
    this.#encoding ??= encodingOf(chunk);
    if (this.#encoding !== 'utf-8') {
      this.#decoder ??= new TextDecoder(this.#encoding);
      return this.#split(Buffer.from(this.#decoder.decode(chunk, { stream: true })));
    }
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const hasMark = isFirst && bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
    return this.#split(hasMark ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes);
  }

  flush(): string[] {
    const lines = this.#split(Buffer.from(this.#decoder?.decode() ?? ''));
    if (this.#rest.length > 0 && !this.#isSkipping) lines.push(this.#rest.toString('utf8'));
    this.#rest = NOTHING;
    return lines;
  }

  #split(bytes: Buffer): string[] {
    const lines: string[] = [];
    const readLine = isAscii(bytes) ? latin1Line : utf8Line;
    let begin = 0;
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, begin)) {
      // the end of a line whose beginning was given out already
      if (this.#isSkipping) this.#isSkipping = false;
      else if (this.#rest.length > 0) {
        const whole = Buffer.concat([this.#rest, bytes.subarray(begin, end)]);
        lines.push(this.#bounded(whole, 0, whole.length, utf8Line));
        this.#rest = NOTHING;
      } else lines.push(this.#bounded(bytes, begin, end, readLine));
      begin = end + 1;
    }
    if (this.#isSkipping) return lines;
    // the chunk's own memory is used again
    if (begin < bytes.length) this.#rest = Buffer.concat([this.#rest, bytes.subarray(begin)]);
    if (this.#rest.length > MAX_LINE_BYTES) {
      lines.push(this.#bounded(this.#rest, 0, this.#rest.length, utf8Line));
      this.#rest = NOTHING;
      this.#isSkipping = true;
    }
    return lines;
  }

  #bounded(bytes: Buffer, begin: number, end: number, readLine: typeof utf8Line): string {
    if (end - begin <= MAX_LINE_BYTES)
      return readLine(bytes, begin, bytes[end - 1] === CARRIAGE_RETURN && end > begin ? end - 1 : end);
    this.cutCount++;
    return readLine(bytes, begin, begin + MAX_LINE_BYTES);
  }
}

function latin1Line(bytes: Buffer, begin: number, end: number): string {
  return bytes.toString('latin1', begin, end);
}

function utf8Line(bytes: Buffer, begin: number, end: number): string {
  return bytes.toString('utf8', begin, end);
}
/** By its mark, else by the zero bytes that UTF-16 has beside each ASCII letter. */
export function encodingOf(head: Uint8Array): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  let even = 0;
  let odd = 0;
  const length = Math.min(head.length, 512) & ~1;
  for (let at = 0; at < length; at += 2) {
    if (head[at] === 0) even++;
    if (head[at + 1] === 0) odd++;
  }
  if (length < MIN_UTF16_BYTES) return 'utf-8';
  if (odd > length / 4 && even === 0) return 'utf-16le';
  return even > length / 4 && odd === 0 ? 'utf-16be' : 'utf-8';
}
