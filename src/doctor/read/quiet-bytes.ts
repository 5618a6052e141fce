import { WordFinder } from './word-finder.ts';

/** One of these is in every line that has to do with a boot, in a log that names its programs. */
const OF_BOOTS = [
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
];
/** What dnsmasq writes most of: names that were asked for. */
const OF_NAMES = [' query[', ' forwarded ', ' reply ', ' cached ', ' config ', ' validation '];
const LINE_END = '\n';
const OURS = 'dnsmasq[';
const FINDER = new WordFinder([LINE_END, OURS, ...OF_NAMES, ...OF_BOOTS]);
const FIRST_OF_BOOTS = 2 + OF_NAMES.length;
const CODE_OF_LINE_END = 10;
const CODE_OF_BLANK = 32;

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

/**
 * Splits a chunk that says nothing about a boot; undefined when it has to be read line by line. What is in the name of the
 * host is no word about boots: it is often called pxe.
 */
export function quietPieceOf(chunk: Uint8Array, host: string): QuietPiece | undefined {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  const begin = bytes.indexOf(CODE_OF_LINE_END) + 1;
  const end = bytes.lastIndexOf(CODE_OF_LINE_END, bytes.lastIndexOf(CODE_OF_LINE_END) - 1) + 1;
  if (begin === 0 || end <= begin) return undefined;
  const counted = countQuiet(bytes, begin, end, Buffer.from(host));
  if (!counted) return undefined;
  return {
    ...counted,
    head: bytes.subarray(0, begin),
    example: bytes.subarray(begin, bytes.indexOf(CODE_OF_LINE_END, begin)),
    tail: bytes.subarray(end),
  };
}

/** Counts whole lines; undefined when one of them may be about a boot, or is none that dnsmasq writes about names. */
function countQuiet(
  bytes: Buffer,
  begin: number,
  end: number,
  host: Buffer,
): { readonly skippedLines: number; readonly foreignLines: number } | undefined {
  let skippedLines = 0;
  let foreignLines = 0;
  let isOurs = false;
  let isOfNames = false;
  for (let at = FINDER.findEnd(bytes, begin, end); at >= 0; at = FINDER.findEnd(bytes, at, end)) {
    const word = FINDER.found;
    if (word === 0) {
      if (isOurs && !isOfNames) return undefined;
      skippedLines++;
      if (!isOurs) foreignLines++;
      isOurs = false;
      isOfNames = false;
    } else if (word === 1) isOurs = true;
    else if (word < FIRST_OF_BOOTS) isOfNames = true;
    else {
      at = endOfHost(bytes, at, host);
      if (at < 0) return undefined;
    }
  }
  return { skippedLines, foreignLines };
}

/** Where the name of the host ends in which the byte before `at` is; -1 when it is in another word. */
function endOfHost(bytes: Buffer, at: number, host: Buffer): number {
  for (let begin = at - host.length; begin < at; begin++) {
    const isWord = bytes[begin - 1] === CODE_OF_BLANK && bytes[begin + host.length] === CODE_OF_BLANK;
    if (isWord && host.every((byte, index) => bytes[begin + index] === byte)) return begin + host.length;
  }
  return -1;
}
