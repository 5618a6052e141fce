/** One of these is in every line that has to do with a boot, in a log that names its programs. */
const WORDS: readonly Buffer[] = [
  'dnsmasq-',
  'DHCP',
  'dhcp',
  'PXE',
  'pxe',
  'TFTP',
  'tftp',
  'kea-',
  'HTTP/1.',
  'started, version',
  'exiting on',
  'failed to',
  'unknown ',
  'missing ',
  'bad ',
  'cannot ',
  'inaccessible',
  'refused',
  'denied',
  'RRQ ',
  'ventoy',
  'WDS',
  'SMS',
  'Serva',
  'maas',
  'foreman',
  'bootp',
].map((word) => Buffer.from(word));
const LINE_END = 10;
const OURS = Buffer.from('dnsmasq[');

/** A piece of a log in which nothing is about a boot: its lines need not be read, only counted. */
export interface QuietPiece {
  /** the end of the line that began before */
  readonly head: Uint8Array;
  readonly skippedLines: number;
  /** those of them that dnsmasq did not write */
  readonly foreignLines: number;
  /** one of them */
  readonly example: Uint8Array;
  /** its last whole line, and the beginning of the next */
  readonly tail: Uint8Array;
}

/** Splits a chunk that says nothing about a boot; undefined when it has to be read line by line. */
export function quietPieceOf(chunk: Uint8Array): QuietPiece | undefined {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  if (WORDS.some((word) => bytes.includes(word))) return undefined;
  const first = bytes.indexOf(LINE_END);
  const last = bytes.lastIndexOf(LINE_END);
  const lastBegin = bytes.lastIndexOf(LINE_END, last - 1);
  if (first < 0 || lastBegin <= first) return undefined;
  const middle = bytes.subarray(first + 1, lastBegin + 1);
  const skippedLines = countOf(middle, LINE_END);
  return {
    head: bytes.subarray(0, first + 1),
    skippedLines,
    foreignLines: Math.max(0, skippedLines - countOf(middle, OURS)),
    example: middle.subarray(0, middle.indexOf(LINE_END)),
    tail: bytes.subarray(lastBegin + 1),
  };
}

function countOf(bytes: Buffer, wanted: number | Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) count++;
  return count;
}
