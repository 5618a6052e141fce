import type { IncomingHttpHeaders } from 'node:http';

/** What the conditions and the range of a request are judged by. */
export interface Representation {
  readonly sizeBytes: number;
  readonly etag: string;
  /** whole seconds, as HTTP dates have no more */
  readonly modifiedMs: number;
}

/** Which part of the file is asked for; `end` is the last byte, inclusive. */
export type Selection =
  | { readonly status: 200 }
  | { readonly status: 206; readonly start: number; readonly end: number }
  | { readonly status: 304 }
  | { readonly status: 416 };

/** A strong validator: another file under the same name, or one that was written to, has another. */
export function etagOf(file: { sizeBytes: number; modifiedMs: number; inode: number }): string {
  return `"${file.sizeBytes.toString(16)}-${Math.round(file.modifiedMs * 1000).toString(16)}-${file.inode.toString(16)}"`;
}

/** Judges If-None-Match, If-Modified-Since, If-Range and Range of a GET or HEAD (RFC 9110 §13.2.2, §14.2). */
export function selectPart(headers: IncomingHttpHeaders, file: Representation): Selection {
  if (isNotModified(headers, file)) return { status: 304 };
  const range = headers.range;
  if (range === undefined || !mayUseRange(headers['if-range'], file)) return { status: 200 };
  return parseRange(range, file.sizeBytes);
}

function isNotModified(headers: IncomingHttpHeaders, file: Representation): boolean {
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) {
    const tags = noneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    return tags.includes('*') || tags.includes(file.etag);
  }
  const since = headers['if-modified-since'];
  if (since === undefined) return false;
  const sinceMs = Date.parse(since);
  return !Number.isNaN(sinceMs) && file.modifiedMs <= sinceMs;
}

/** If-Range with anything but the present validator means: the file is another one, send all of it. */
function mayUseRange(ifRange: string | string[] | undefined, file: Representation): boolean {
  if (ifRange === undefined) return true;
  if (typeof ifRange !== 'string') return false;
  if (ifRange.startsWith('"')) return ifRange.trim() === file.etag;
  return Date.parse(ifRange) === file.modifiedMs;
}

/** One byte range. Several, another unit or nonsense are ignored as RFC 9110 §14.2 allows: the whole file is sent. */
function parseRange(range: string, sizeBytes: number): Selection {
  const match = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(range);
  const [, first = '', last = ''] = match ?? [];
  if (match === null || (first === '' && last === '')) return { status: 200 };
  if (first === '') {
    const suffix = Number(last);
    if (suffix === 0 || sizeBytes === 0) return { status: 416 };
    return { status: 206, start: Math.max(0, sizeBytes - suffix), end: sizeBytes - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return { status: 200 };
  if (start >= sizeBytes) return { status: 416 };
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  return { status: 206, start, end };
}
