import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import type { Finding } from '../model/finding.ts';
import { PxectlError, systemCodeOf } from '../model/errors.ts';
import { diskError } from '../platform/files.ts';
import { keepHeapSmall } from '../platform/small-heap.ts';
import { readCapture } from '../protocol/pcap/capture-reader.ts';
import type { CaptureNote } from '../protocol/pcap/captured-frame.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { verdictOn, type Reading } from '../model/verdict.ts';
import { analyse } from './analyse/analyse.ts';
import { isBoot, limitsOf } from './analyse/coverage.ts';
import { CaptureObserver } from './analyse/observe-capture.ts';
import type { Limit, Observations } from './analyse/observation.ts';
import { LogFileObserver, observeLines } from './read/observe-lines.ts';
import { quietPieceOf } from './read/quiet-bytes.ts';
import { encodingOf, TextLines } from './read/text-lines.ts';
import { makeFinding, sortFindings } from './finding-catalogue.ts';

/** What was made of a file. */
export interface Analysis {
  readonly observations: Observations;
  readonly findings: readonly Finding[];
  readonly reading: Reading;
}

const CHUNK_BYTES = 256 * 1024;
/** The smaller the piece, the more of a log can be left out unread; the more is read at once, the fewer the waits. */
const LOG_PIECE_BYTES = 64 * 1024;
const LOG_BUFFER_BYTES = 1024 * 1024;
const LARGE_BYTES = 8 * 1024 * 1024;

/**
 * Rebuilds the boots in a log of any size; gzip is undone.
 * @throws PxectlError E_INPUT when the file is missing, empty, or no text
 */
export async function analyseLogFile(path: string): Promise<Analysis> {
  const file = await readHead(path);
  refuseNoText(path, file.bytes);
  const observer = new LogFileObserver();
  const lines = new TextLines();
  const limits: Limit[] = [];
  try {
    let isFirst = true;
    for await (const chunk of piecesOf(path, file)) {
      // what is compressed shows now what it is
      if (isFirst) refuseNoText(path, chunk);
      isFirst = false;
      takeChunk(chunk, lines, observer);
    }
  } catch (error) {
    if (!isDamagedGzip(error)) throw readError(error, path);
    limits.push({
      text: 'the compressed file is damaged or cut: what came before was read',
      advice: 'copy it again',
    });
  }
  for (const line of lines.flush()) observer.push(line);
  if (lines.cutCount > 0)
    limits.push({
      text: `${lines.cutCount} lines are longer than any log's, and were read to their beginning only`,
    });
  const seen = observer.finish();
  const observations = { ...seen, limits: [...(seen.limits ?? []), ...limits] };
  return conclude(observations, analyse(observations), { source: path, kind: 'log', unit: 'lines' });
}

/** A log that came on stdin, or in a post. */
export function analyseLogText(text: string, source = 'stdin'): Analysis {
  const observations = observeLines(text.split('\n'));
  return conclude(observations, analyse(observations), { source, kind: 'log', unit: 'lines' });
}

function refuseNoText(path: string, head: Uint8Array): void {
  if (kindOf(head) === 'capture') throw wrongKind(path, 'a packet capture', `pxectl doctor --pcap ${path}`);
  if (isBinary(head))
    throw wrongKind(path, 'a binary file and no log', 'give doctor the text that the server wrote');
}

/** Pieces that say nothing about a boot are not read line by line: a log may be gigabytes of other things. */
function takeChunk(chunk: Uint8Array, lines: TextLines, observer: LogFileObserver): void {
  const quiet = observer.canSkip && lines.isByteText ? quietPieceOf(chunk, observer.host) : undefined;
  for (const line of lines.push(quiet?.head ?? chunk)) observer.push(line);
  if (!quiet) return;
  observer.skip(quiet.skippedLines, quiet.foreignLines, new TextDecoder().decode(quiet.example));
  for (const line of lines.push(quiet.tail)) observer.push(line);
}

/**
 * Rebuilds the boots in a pcap or pcapng file of any size; gzip is undone.
 * @throws PxectlError E_INPUT when the file is missing, empty, or no capture
 */
export async function analyseCaptureFile(path: string): Promise<Analysis> {
  const head = await readHead(path);
  if (kindOf(head.bytes) === 'text')
    throw wrongKind(path, 'a text and no capture', `pxectl doctor --log ${path}`);
  const observer = new CaptureObserver();
  const notes: CaptureNote[] = [];
  let hasFrames = false;
  try {
    for await (const frame of readCapture(openBytes(path, head), (note) => notes.push(note))) {
      observer.push(frame);
      hasFrames = true;
    }
  } catch (error) {
    if (!(error instanceof ProtocolError) && !isDamagedGzip(error)) throw readError(error, path);
    // what came before the damage still counts
    if (!hasFrames) throw damaged(path, error);
    const offset = error instanceof ProtocolError ? error.offset : 0;
    notes.push({ offset, text: error instanceof Error ? error.message : String(error) });
  }
  const observations = observer.finish();
  const noted = notes.map((note) =>
    makeFinding('capture-cut-short', [{ source: `byte ${note.offset}`, text: note.text }]),
  );
  const findings = sortFindings([...analyse(observations), ...noted]);
  return conclude(observations, findings, { source: path, kind: 'capture', unit: 'packets' });
}

/** The verdict on one input, with what was not understood of it. */
function conclude(
  observations: Observations,
  findings: readonly Finding[],
  { source, kind, unit }: { readonly source: string; readonly kind: string; readonly unit: string },
): Analysis {
  const limits = limitsOf(observations);
  const { settled } = observations;
  const clients = observations.clients.filter(isBoot).length + (settled?.clientCount ?? 0);
  const many = `${settled?.isMore === true ? 'more than ' : ''}${clients} network boot client${clients === 1 ? '' : 's'}`;
  const parts = {
    passedOver: observations.passedOver ?? [],
    limits: limits.map(({ text }) => text),
  };
  return {
    observations,
    findings,
    reading: {
      source,
      kind: observations.source ?? kind,
      read: `${observations.readCount} ${unit}, ${many}`,
      verdict: verdictOn(findings, parts),
      ...parts,
      advice: [...new Set(limits.flatMap(({ advice }) => (advice === undefined ? [] : [advice])))],
    },
  };
}

/**
 * What a file is by its first bytes; `compressed` by those of what is in it.
 * @throws PxectlError E_INPUT for what is missing, empty, or no file
 */
export async function kindOfFile(
  path: string,
): Promise<{ readonly kind: 'capture' | 'text' | 'binary' | 'compressed'; readonly sizeBytes: number }> {
  const { bytes, sizeBytes } = await readHead(path);
  if (kindOf(bytes) === 'capture') return { kind: 'capture', sizeBytes };
  if (!isGzip(bytes)) return { kind: isBinary(bytes) ? 'binary' : 'text', sizeBytes };
  return { kind: kindOf(beginningOf(bytes)) === 'capture' ? 'capture' : 'compressed', sizeBytes };
}

/** The first bytes of what is compressed; none when it is damaged, which who reads it says. */
function beginningOf(compressed: Uint8Array): Uint8Array {
  try {
    return gunzipSync(compressed, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array();
  }
}

/** A file that grows while it is read is read to where it ended at first. */
function openBytes(path: string, { bytes: head, sizeBytes }: FileHead): AsyncIterable<Uint8Array> {
  const end = sizeBytes > 0 ? { end: sizeBytes - 1 } : {};
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES, ...end });
  return isGzip(head) ? file.pipe(createGunzip({ chunkSize: CHUNK_BYTES })) : file;
}

/**
 * As `openBytes`, in one buffer that is used again: each piece must be done with before the next is taken. A gigabyte of
 * buffers would wait for the garbage collector otherwise.
 */
async function* piecesOf(path: string, head: FileHead): AsyncGenerator<Uint8Array> {
  if (isGzip(head.bytes) || head.sizeBytes === 0) {
    yield* openBytes(path, head);
    return;
  }
  const file = await open(path, 'r');
  try {
    const buffer = new Uint8Array(LOG_BUFFER_BYTES);
    for (let at = 0; at < head.sizeBytes;) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, head.sizeBytes - at), at);
      if (bytesRead === 0) return;
      at += bytesRead;
      for (let from = 0; from < bytesRead; from += LOG_PIECE_BYTES)
        yield buffer.subarray(from, Math.min(bytesRead, from + LOG_PIECE_BYTES));
    }
  } finally {
    await file.close();
  }
}

interface FileHead {
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
}

async function readHead(path: string): Promise<FileHead> {
  try {
    const about = await stat(path);
    if (about.size > LARGE_BYTES) keepHeapSmall();
    // opening a pipe that nobody writes to would wait for ever
    if (about.isFIFO() || about.isSocket() || about.isCharacterDevice() || about.isBlockDevice())
      throw inputError(
        `${path} is no file but a pipe or device`,
        `write it to a file first: cat ${path} > boot.log`,
      );
    const file = await open(path, 'r');
    try {
      const head = new Uint8Array(4096);
      const { bytesRead } = await file.read(head, 0, head.length, 0);
      if (bytesRead === 0) throw inputError(`${path} is empty`, 'record while the machine tries to boot');
      return { bytes: head.subarray(0, bytesRead), sizeBytes: about.size };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT') throw inputError(`there is no file ${path}`, 'check the name');
    if (code === 'EISDIR') throw inputError(`${path} is a folder`, 'name the file in it');
    throw readError(error, path);
  }
}

/** First word of the file, big-endian, of the formats that are captures. */
const CAPTURE_MAGICS: ReadonlySet<string> = new Set([
  'a1b2c3d4',
  'd4c3b2a1',
  'a1b23c4d',
  '4d3cb2a1',
  '0a0d0d0a',
]);

function kindOf(head: Uint8Array): 'capture' | 'text' | 'unknown' {
  const magic = Array.from(head.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (CAPTURE_MAGICS.has(magic)) return 'capture';
  if (isGzip(head) || isBinary(head)) return 'unknown';
  return 'text';
}

/** Zero bytes are in no text but UTF-16. */
function isBinary(head: Uint8Array): boolean {
  return head.includes(0) && !isGzip(head) && encodingOf(head) === 'utf-8';
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** A disk that fails while it is read is the disk's fault. */
function readError(error: unknown, path: string): unknown {
  if (systemCodeOf(error) !== 'EIO') return diskError(error, path);
  return new PxectlError('environment', 'E_INPUT', {
    what: `${path} cannot be read to its end`,
    why: 'the disk, or what else it lies on, reports an error',
    next: 'look for it with dmesg, and give doctor a copy of the file from elsewhere',
    cause: error,
  });
}

function isDamagedGzip(error: unknown): boolean {
  return systemCodeOf(error)?.startsWith('Z_') === true;
}

function wrongKind(path: string, what: string, next: string): PxectlError {
  return inputError(`${path} is ${what}`, next);
}

function damaged(path: string, cause: unknown): PxectlError {
  return new PxectlError('failure', 'E_INPUT', {
    what: `${path} is no packet capture that can be read`,
    why: cause instanceof Error ? cause.message : String(cause),
    next: 'record one: sudo tcpdump -i IF -s 0 -w boot.pcap "host ADDRESS-OF-THE-SERVER or udp"',
    cause,
  });
}

export function inputError(what: string, next: string): PxectlError {
  return new PxectlError('failure', 'E_INPUT', { what, next });
}
