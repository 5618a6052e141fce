import { close } from 'node:fs';
import type { RunningTransfer } from '../../model/running-transfer.ts';
import { printable } from '../../model/printable.ts';
import { openInRoot, type OpenedFile } from '../serve-root.ts';
import type { BufferPool } from '../../platform/buffer-pool.ts';
import { etagOf, selectPart } from './conditional.ts';
import { contentTypeOf } from './content-type.ts';
import type { Exchange } from './exchange.ts';
import { sendFile } from './send-file.ts';

export interface AnswerFileInput {
  readonly root: string;
  readonly exchange: Exchange;
  readonly pool: BufferPool;
  readonly largestChunk: () => number;
  /** told of the file while it is sent; returns what ends that */
  readonly begin: (read: () => Pick<RunningTransfer, 'sentBytes' | 'sizeBytes'>) => () => void;
}

/** Answers a GET or HEAD with a file below the root. Resolves when the answer is out or the client has gone. */
export async function answerFile(input: AnswerFileInput): Promise<void> {
  const { exchange } = input;
  const path = exchange.path.slice(1);
  const outcome = path.endsWith('/') ? { kind: 'missing' as const } : await openInRoot(input.root, path);
  switch (outcome.kind) {
    case 'missing':
      exchange.answerText(404, 'not found');
      exchange.emit('http.missing', { status: 404, method: exchange.request.method });
      return;
    case 'refused':
      exchange.answerText(403, 'forbidden');
      exchange.emit('http.error', { status: 403, reason: 'access-denied', message: outcome.reason });
      return;
    case 'failed':
      exchange.answerText(500, 'the server cannot read the file');
      exchange.emit('http.error', { status: 500, reason: 'read-failed', message: outcome.reason });
      return;
    case 'opened':
      try {
        await answerOpened(input, outcome.file);
      } finally {
        close(outcome.file.fd, () => undefined);
      }
  }
}

async function answerOpened(input: AnswerFileInput, file: OpenedFile): Promise<void> {
  const { exchange } = input;
  const { request, response } = exchange;
  const { sizeBytes } = file;
  const etag = etagOf(file);
  const modifiedMs = Math.floor(file.modifiedMs / 1000) * 1000;
  const part = selectPart(request.headers, { sizeBytes, etag, modifiedMs });

  response.setHeader('ETag', etag);
  response.setHeader('Last-Modified', new Date(modifiedMs).toUTCString());
  response.setHeader('Accept-Ranges', 'bytes');
  const range = request.headers.range === undefined ? undefined : printable(request.headers.range, 100);
  exchange.emit(exchange.isHead ? 'http.head' : 'http.get', {
    status: part.status,
    sizeBytes,
    ...(range === undefined ? {} : { range }),
  });

  let start = 0;
  let end = sizeBytes;
  switch (part.status) {
    case 304:
      response.writeHead(304).end();
      exchange.emitEnd('http.done', { status: 304, sizeBytes, sentBytes: 0 });
      return;
    case 416:
      response.setHeader('Content-Range', `bytes */${sizeBytes}`);
      exchange.answerText(416, 'the file ends before the range');
      exchange.emitEnd('http.error', { status: 416, sizeBytes, sentBytes: 0, reason: 'range', range });
      return;
    case 206:
      start = part.start;
      end = part.end + 1;
      response.setHeader('Content-Range', `bytes ${part.start}-${part.end}/${sizeBytes}`);
      break;
    case 200:
      break;
  }
  response.writeHead(part.status, {
    'Content-Type': contentTypeOf(exchange.path),
    'Content-Length': end - start,
  });
  if (exchange.isHead || end === start) {
    response.end();
    exchange.emitEnd('http.done', { status: part.status, sizeBytes, sentBytes: 0, method: request.method });
    return;
  }
  let sentBytes = 0;
  const endTransfer = input.begin(() => ({ sentBytes, sizeBytes: end - start }));
  const sent = await sendFile({
    fd: file.fd,
    response,
    pool: input.pool,
    start,
    end,
    largestChunk: input.largestChunk,
    onSent: (bytes) => (sentBytes = bytes),
  }).finally(endTransfer);
  const detail = {
    status: part.status,
    sizeBytes,
    sentBytes: sent.sentBytes,
    ...(range === undefined ? {} : { range }),
  };
  switch (sent.kind) {
    case 'done':
      response.end();
      exchange.emitEnd('http.done', { ...detail, method: request.method });
      return;
    case 'aborted':
      exchange.emitEnd('http.error', {
        ...detail,
        reason: 'client-aborted',
        message: `the connection ended after ${sent.sentBytes} of ${end - start} bytes`,
      });
      return;
    case 'failed':
      // the promised length cannot be kept: only a cut connection tells the client
      response.destroy();
      exchange.emitEnd('http.error', { ...detail, reason: 'file-changed', message: sent.message });
      return;
  }
}
