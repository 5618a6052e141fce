import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { downloadFile } from '../../../src/images/download/download-file.ts';
import { openHttpClient, type HttpClient } from '../../../src/images/download/http-client.ts';
import { partFile, type PartFile } from '../../../src/images/download/part-file.ts';
import type { HashedFile } from '../../../src/images/hashed-writer.ts';
import { startLoopbackMirror, type LoopbackMirror } from '../../support/loopback-mirror.ts';

const BEFORE = Buffer.alloc(400_000, 'before ');
const AFTER = Buffer.alloc(400_000, 'after ');
let folder: string;
let mirror: LoopbackMirror;
let client: HttpClient;
let part: PartFile;
let notices: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pxectl-download-'));
  mirror = await startLoopbackMirror();
  client = await openHttpClient({ retryPauseMs: 5, stallTimeoutMs: 2000 });
  part = partFile(join(folder, 'file.part'));
  notices = [];
});
afterEach(async () => {
  await client.close();
  await mirror.close();
  rmSync(folder, { recursive: true, force: true });
});

const download = (expectedSha256?: string): Promise<HashedFile> =>
  downloadFile(client, {
    url: `${mirror.url}/file`,
    part,
    expectedSha256,
    onBytes: () => undefined,
    onNotice: (text) => notices.push(text),
    onResume: () => undefined,
  });

/** Sends the first half with these headers and breaks off; then answers ranges of another file, whatever If-Range says. */
const changeInTheMiddle = (then: Record<string, string>, now: Record<string, string>): void => {
  let isFirst = true;
  mirror.misbehave = (_path, request, response: ServerResponse) => {
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (isFirst) {
      isFirst = false;
      response.writeHead(200, { ...then, 'content-length': BEFORE.length });
      response.write(BEFORE.subarray(0, 200_000), () => setTimeout(() => response.destroy(), 50));
    } else if (from === 0) response.writeHead(200, { ...now, 'content-length': AFTER.length }).end(AFTER);
    else {
      const range = `bytes ${from}-${AFTER.length - 1}/${AFTER.length}`;
      const headers = { ...now, 'content-length': AFTER.length - from, 'content-range': range };
      response.writeHead(206, headers).end(AFTER.subarray(from));
    }
    return true;
  };
};

it.each([
  ['an ETag', { etag: '"1"' }, { etag: '"2"' }],
  [
    'a date',
    { 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' },
    { 'last-modified': 'Tue, 02 Jan 2024 00:00:00 GMT' },
  ],
])('never joins two files when %s shows it, also without a hash to check', async (_name, then, now) => {
  changeInTheMiddle(then, now);
  const { sha256 } = await download();
  expect(readFileSync(part.path).equals(AFTER)).toBe(true);
  expect(sha256).toBe(createHash('sha256').update(AFTER).digest('hex'));
  expect(notices).toContain('the file on the server changed: trying again');
});

it('facts of a new file never stand beside what an old one left', async () => {
  // a folder: it can neither be removed as a file nor be opened as one
  mkdirSync(part.path);
  await expect(part.open({ url: 'http://example.org/new', etag: '"new"' }, 0)).rejects.toThrow();
  expect(await part.left()).toBeUndefined();
});
