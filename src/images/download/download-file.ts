import { createHash, type Hash } from 'node:crypto';
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { assetError, environmentError, type PxectlError } from '../../model/errors.ts';
import { makeFolder } from '../../platform/files.ts';
import { hashInto } from '../hashed-copy.ts';
import { openHashedWriter, type HashedFile } from '../hashed-writer.ts';
import { parseContentRange } from './content-range.ts';
import { isRetryable, pauseBeforeRetry, type HttpAnswer, type HttpClient } from './http-client.ts';
import { connectionError } from './http-errors.ts';
import { collectNetworkGarbage } from './network-garbage.ts';
import type { PartFacts, PartFile } from './part-file.ts';
import { beginsAsPage, pageInstead } from './web-page.ts';
import { wrongSum } from './wrong-sum.ts';

export interface DownloadRequest {
  readonly url: string;
  readonly part: PartFile;
  /** lower-case hex; undefined when nobody vouches for the file */
  readonly expectedSha256: string | undefined;
  readonly onBytes: (doneBytes: number, totalBytes: number | undefined) => void;
  readonly onNotice: (text: string) => void;
  /** told when an earlier attempt is gone on from */
  readonly onResume: (keptBytes: number, totalBytes: number | undefined) => void;
}

/** Attempts in a row that bring nothing new, before giving up. */
const MAX_BARREN_ATTEMPTS = 5;
/** The largest images of the catalogue have 16 GiB; a server that announces no length may go on for ever. */
const MAX_FILE_BYTES = 32 * 1024 ** 3;
/** All attempts together: bounds a server that closes after every few bytes. */
const MAX_ATTEMPTS = 40;

/**
 * Downloads into `request.part` and leaves it there, complete, hashed and synced. Goes on from what an earlier attempt
 * left, as long as the server confirms that it is still the same file; the hash covers the old bytes as well.
 * @throws PxectlError E_CHECKSUM, E_DOWNLOAD, E_NOT_FOUND, E_DISK_FULL, E_PERMISSION
 */
export async function downloadFile(client: HttpClient, request: DownloadRequest): Promise<HashedFile> {
  await makeFolder(dirname(request.part.path));
  let barren = 0;
  let hasStartedOver = false;
  for (let attempt = 1; ; attempt++) {
    const before = (await request.part.left())?.sizeBytes ?? 0;
    try {
      const { hashed, wasResumed } = await attemptDownload(client, request);
      if (request.expectedSha256 === undefined || hashed.sha256 === request.expectedSha256) return hashed;
      await request.part.discard();
      if (!wasResumed || hasStartedOver) throw wrongHash(client, request, hashed);
      // the beginning may be of another file of the same name: one whole download decides
      hasStartedOver = true;
      request.onNotice('the resumed file has a wrong hash: starting over');
    } catch (error) {
      if (!isRetryable(error)) throw error;
      const after = (await request.part.left())?.sizeBytes ?? 0;
      barren = after > before ? 0 : barren + 1;
      if (barren >= MAX_BARREN_ATTEMPTS || attempt >= MAX_ATTEMPTS) throw error;
      request.onNotice(`${(error as PxectlError).why ?? (error as PxectlError).message}: trying again`);
      await pauseBeforeRetry(barren + 1, client.options);
    }
  }
}

async function attemptDownload(
  client: HttpClient,
  request: DownloadRequest,
): Promise<{ hashed: HashedFile; wasResumed: boolean }> {
  const left = await request.part.left();
  const canResume = left !== undefined && left.facts.url === request.url && hasProof(left.facts, request);
  const headers = canResume ? rangeHeaders(left.facts, left.sizeBytes) : {};
  const isVouched = request.expectedSha256 !== undefined;
  const answer = await client.get(request.url, headers, { isVouched });
  if (answer.status === 416) {
    answer.body.destroy();
    if (left?.facts.totalBytes === left?.sizeBytes && left !== undefined) {
      request.onResume(left.sizeBytes, left.sizeBytes);
      const { hash, sizeBytes } = await hashPart(request.part.path, left.sizeBytes, client.options.signal);
      return { hashed: { sizeBytes, sha256: hash.digest('hex') }, wasResumed: true };
    }
    await request.part.discard();
    throw brokenOff(answer.url, 'the server has a shorter file than the one that was begun');
  }
  const isPartial = answer.status === 206;
  const range = parseContentRange(answer.header('content-range'));
  if (isPartial && (!canResume || range?.first !== left?.sizeBytes)) {
    answer.body.destroy();
    await request.part.discard();
    throw brokenOff(answer.url, 'the server sent another part of the file than the one asked for');
  }
  const keepBytes = isPartial ? (left?.sizeBytes ?? 0) : 0;
  if (canResume && !isPartial)
    request.onNotice('the server starts over: the file changed, or it cannot resume');
  const length = lengthOf(answer.header('content-length'));
  const totalBytes = isPartial ? range?.totalBytes : length;
  try {
    const change = isPartial && left !== undefined ? changeSince(left.facts, answer, totalBytes) : undefined;
    if (change !== undefined) {
      await request.part.discard();
      throw brokenOff(answer.url, change);
    }
    refuseWebPage(answer);
    await refuseWithoutSpace(request.part.path, totalBytes ?? 0);
    if (keepBytes > 0) request.onResume(keepBytes, totalBytes);
    return {
      hashed: await receive(client, request, answer, keepBytes, totalBytes),
      wasResumed: keepBytes > 0,
    };
  } finally {
    answer.body.destroy();
  }
}

/** Appends the body to the part. Whatever ends it, what came is kept. */
async function receive(
  client: HttpClient,
  request: DownloadRequest,
  answer: HttpAnswer,
  keepBytes: number,
  totalBytes: number | undefined,
): Promise<HashedFile> {
  const { path } = request.part;
  const start = keepBytes > 0 ? await hashPart(path, keepBytes, client.options.signal) : undefined;
  const handle = await request.part.open(factsOf(request.url, answer, totalBytes), keepBytes);
  const writer = openHashedWriter(handle, path, start === undefined ? {} : { start });
  try {
    for await (const piece of piecesOf(client, answer)) {
      if (writer.sizeBytes === 0 && beginsAsPage(piece)) throw pageInstead(answer.url);
      if (totalBytes !== undefined && writer.sizeBytes + piece.length > totalBytes) {
        throw brokenOff(answer.url, `the server sent more than the ${totalBytes} bytes it announced`);
      }
      if (writer.sizeBytes + piece.length > MAX_FILE_BYTES) {
        throw assetError('E_DOWNLOAD', {
          what: `${answer.url} has no end`,
          why: `more than ${MAX_FILE_BYTES} bytes have come`,
          next: 'name another mirror: --mirror PREFIX=URL',
        });
      }
      await writer.add(piece);
      collectNetworkGarbage(piece.length);
      request.onBytes(writer.sizeBytes, totalBytes);
    }
    if (totalBytes !== undefined && writer.sizeBytes < totalBytes) {
      throw brokenOff(answer.url, `the server closed after ${writer.sizeBytes} of ${totalBytes} bytes`);
    }
    if (writer.sizeBytes === 0) throw brokenOff(answer.url, 'the server sent an empty file');
    return await writer.finish();
  } finally {
    await writer.close();
  }
}

async function* piecesOf(client: HttpClient, answer: HttpAnswer): AsyncGenerator<Uint8Array> {
  try {
    yield* answer.body as AsyncIterable<Buffer>;
  } catch (error) {
    throw connectionError(error, answer.url, client.options.signal);
  }
}

async function hashPart(
  path: string,
  length: number,
  signal: AbortSignal | undefined,
): Promise<{ hash: Hash; sizeBytes: number }> {
  const hash = createHash('sha256');
  return { hash, sizeBytes: await hashInto(hash, path, signal, length) };
}

/** Going on is safe when the server can tell whether the file changed, or when the hash at the end will. */
function hasProof(facts: PartFacts, request: DownloadRequest): boolean {
  return request.expectedSha256 !== undefined || validatorOf(facts) !== undefined;
}

/** What shows that a partial answer is of another file than the one begun, whatever If-Range said (RFC 9110 §15.3.7.3). */
function changeSince(
  facts: PartFacts,
  answer: HttpAnswer,
  totalBytes: number | undefined,
): string | undefined {
  if (facts.totalBytes !== undefined && totalBytes !== facts.totalBytes) {
    return 'the file on the server has another length now';
  }
  const [then, now] =
    facts.etag === undefined
      ? [facts.lastModified, answer.header('last-modified')]
      : [facts.etag, answer.header('etag')];
  const hasChanged = then !== undefined && now !== undefined && then !== now;
  return hasChanged ? 'the file on the server changed' : undefined;
}

function rangeHeaders(facts: PartFacts, fromByte: number): Record<string, string> {
  const validator = validatorOf(facts);
  return { range: `bytes=${fromByte}-`, ...(validator === undefined ? {} : { 'if-range': validator }) };
}

/** RFC 9110 §13.1.5: If-Range takes a strong ETag or a date. */
function validatorOf(facts: PartFacts): string | undefined {
  return facts.etag !== undefined && !facts.etag.startsWith('W/') ? facts.etag : facts.lastModified;
}

function factsOf(url: string, answer: HttpAnswer, totalBytes: number | undefined): PartFacts {
  const etag = answer.header('etag');
  const lastModified = answer.header('last-modified');
  return {
    url,
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(totalBytes === undefined ? {} : { totalBytes }),
  };
}

function lengthOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/.test(header) ? Number(header) : undefined;
}

function refuseWebPage(answer: HttpAnswer): void {
  if (answer.header('content-type')?.toLowerCase().startsWith('text/html') === true)
    throw pageInstead(answer.url);
}

function brokenOff(url: string, why: string): Error {
  return assetError('E_DOWNLOAD', {
    what: `${url} did not arrive whole`,
    why,
    next: 'run the same command again: it goes on where it stopped',
    details: { url, isRetryable: true },
  });
}

function wrongHash(client: HttpClient, request: DownloadRequest, hashed: HashedFile): Error {
  return wrongSum(
    client.askedAddress(request.url),
    `its SHA-256 is ${hashed.sha256}, the list says ${request.expectedSha256 ?? ''} (${hashed.sizeBytes} bytes came)`,
    { url: request.url, sha256: hashed.sha256, expected: request.expectedSha256 },
  );
}

async function refuseWithoutSpace(path: string, totalBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  // what an earlier attempt left is either kept or gives its room back
  const neededBytes = totalBytes - ((await stat(path).catch(() => undefined))?.size ?? 0);
  if (neededBytes <= bavail * bsize) return;
  throw environmentError('E_DISK_FULL', {
    what: `there is no room for ${path}`,
    why: `${neededBytes} more bytes are needed, ${bavail * bsize} are free`,
    next: 'make room (df -h shows what is full, pxectl images what is here) and run the same command again: it goes on',
  });
}
