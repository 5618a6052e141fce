/** A line of a log is short; a file without line ends must not fill the memory. */
const MAX_LINE_CHARACTERS = 256 * 1024;

/** Fewer bytes are no text that tells its encoding. */
const MIN_UTF16_BYTES = 16;

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** Text that arrives in chunks, as lines without their ends: UTF-8, UTF-16 with or without mark, CRLF, bare CR. */
export class TextLines {
  #decoder: InstanceType<typeof TextDecoder> | undefined;
  #rest = '';
  #isSkipping = false;
  /** lines of which only the beginning was read */
  cutCount = 0;

  /** Each byte is a character or part of one, and line ends are single bytes. */
  get isByteText(): boolean {
    return this.#decoder?.encoding === 'utf-8';
  }

  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): string[] {
    this.#decoder ??= new TextDecoder(encodingOf(chunk));
    return this.#split(this.#rest + this.#decoder.decode(chunk, { stream: true }));
  }

  flush(): string[] {
    const lines = this.#split(this.#rest + (this.#decoder?.decode() ?? ''));
    const last = this.#rest;
    this.#rest = '';
    return last === '' || this.#isSkipping ? lines : [...lines, last];
  }

  #split(text: string): string[] {
    const lines = text.split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#isSkipping) {
      // the end of a line whose beginning was given out already
      if (lines.length === 0) {
        this.#rest = '';
        return [];
      }
      lines.shift();
      this.#isSkipping = false;
    }
    if (this.#rest.length > MAX_LINE_CHARACTERS) {
      lines.push(this.#rest);
      this.cutCount++;
      this.#rest = '';
      this.#isSkipping = true;
    }
    for (const [index, line] of lines.entries()) {
      if (line.length > MAX_LINE_CHARACTERS) {
        if (index < lines.length - 1 || !this.#isSkipping) this.cutCount++;
        lines[index] = line.slice(0, MAX_LINE_CHARACTERS);
      } else if (line.endsWith('\r')) lines[index] = line.slice(0, -1);
    }
    return lines;
  }
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
