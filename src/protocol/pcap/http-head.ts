/** The first lines of an HTTP/1 message (RFC 9112 §2, §3, §4). */
export interface HttpRequestHead {
  readonly method: string;
  readonly target: string;
  readonly headers: ReadonlyMap<string, string>;
}

export interface HttpResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly headers: ReadonlyMap<string, string>;
}

const REQUEST_LINE = /^([A-Z]{3,16}) (\S{1,4096}) HTTP\/1\.[01]$/;
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/;

/** Reads the text before the empty line as a request; undefined when it is none. */
export function parseRequestHead(text: string): HttpRequestHead | undefined {
  const lines = text.split(/\r?\n/);
  const match = REQUEST_LINE.exec(lines[0] ?? '');
  if (!match) return undefined;
  return { method: match[1] ?? '', target: match[2] ?? '', headers: parseHeaders(lines.slice(1)) };
}

/** Reads the text before the empty line as a response; undefined when it is none. */
export function parseResponseHead(text: string): HttpResponseHead | undefined {
  const lines = text.split(/\r?\n/);
  const match = STATUS_LINE.exec(lines[0] ?? '');
  if (!match) return undefined;
  return { status: Number(match[1]), reason: match[2] ?? '', headers: parseHeaders(lines.slice(1)) };
}

/** The size that Content-Length tells, when it is a number. */
export function contentLengthOf(headers: ReadonlyMap<string, string>): number | undefined {
  const value = headers.get('content-length');
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

function parseHeaders(lines: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}
