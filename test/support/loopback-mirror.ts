import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Request {
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

/** A web server on loopback that holds files in memory and can be told to misbehave. */
export interface LoopbackMirror {
  readonly url: string;
  readonly files: Map<string, Buffer>;
  readonly requests: Request[];
  /** ETag suffix: changing it is what a changed file looks like */
  revision: number;
  /** no request is answered before this resolves */
  hold: Promise<void> | undefined;
  /** answers instead of the normal server for paths that it likes */
  misbehave: ((path: string, request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  close(): Promise<void>;
}

export async function startLoopbackMirror(files: Map<string, Buffer> = new Map()): Promise<LoopbackMirror> {
  const requests: Request[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://mirror').pathname);
    const { range } = request.headers;
    requests.push({ path, range, ifRange: request.headers['if-range'] as string | undefined });
    if (mirror.misbehave?.(path, request, response) === true) return;
    const body = files.get(path);
    if (body === undefined) {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<html>not here</html>');
      return;
    }
    sendFile(request, response, body, `"${body.length}-${mirror.revision}"`);
  };
  const server: Server = createServer((request, response) => {
    if (mirror.hold === undefined) answer(request, response);
    else void mirror.hold.then(() => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const mirror: LoopbackMirror = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    requests,
    revision: 1,
    hold: undefined,
    misbehave: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return mirror;
}

function sendFile(request: IncomingMessage, response: ServerResponse, body: Buffer, etag: string): void {
  const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const ifRange = request.headers['if-range'];
  const headers = { etag, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' };
  if (match === null || (ifRange !== undefined && ifRange !== etag)) {
    response.writeHead(200, { ...headers, 'content-length': body.length }).end(body);
    return;
  }
  const first = Number(match[1]);
  const last = match[2] === '' ? body.length - 1 : Math.min(Number(match[2]), body.length - 1);
  if (first > last) {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${body.length}` }).end();
    return;
  }
  const piece = body.subarray(first, last + 1);
  const range = `bytes ${first}-${last}/${body.length}`;
  response.writeHead(206, { ...headers, 'content-length': piece.length, 'content-range': range }).end(piece);
}

/** Named ways to misbehave; each takes the path it spoils. */
export const misbehaviour = {
  /** says nothing more after half of the file, without closing */
  stalling: (victim: string) => (path: string, request: IncomingMessage, response: ServerResponse) => {
    if (path !== victim) return false;
    response.writeHead(200, { 'content-length': 1_000_000 }).write(Buffer.alloc(1000));
    void request;
    return true;
  },
  /** a captive portal: a web page with status 200 for everything */
  captivePortal: () => (_path: string, _request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Log in</title>');
    return true;
  },
  /** announces more bytes than it sends, and closes */
  lyingLong:
    (victim: string, body: Buffer) => (path: string, _request: IncomingMessage, response: ServerResponse) => {
      if (path !== victim) return false;
      response.writeHead(200, { 'content-length': body.length + 5000 });
      response.write(body, () => response.destroy());
      return true;
    },
  /** announces fewer bytes than the file has */
  lyingShort:
    (victim: string, body: Buffer) => (path: string, _request: IncomingMessage, response: ServerResponse) => {
      if (path !== victim) return false;
      response.writeHead(200, { 'content-length': body.length - 5000 });
      response.end(body.subarray(0, body.length - 5000));
      return true;
    },
  /** answers every request with the whole file, whatever range was asked for */
  rangeBlind:
    (victim: string, body: Buffer) => (path: string, _request: IncomingMessage, response: ServerResponse) => {
      if (path !== victim) return false;
      response.writeHead(200, { 'content-length': body.length }).end(body);
      return true;
    },
  /** closes in the middle, every time after `bytes` more */
  closing:
    (victim: string, body: Buffer, bytes: number) =>
    (path: string, request: IncomingMessage, response: ServerResponse) => {
      if (path !== victim) return false;
      const first = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const piece = body.subarray(first, first + bytes);
      const rest = body.length - first;
      response.writeHead(first === 0 ? 200 : 206, {
        etag: '"closing"',
        'content-length': rest,
        ...(first === 0 ? {} : { 'content-range': `bytes ${first}-${body.length - 1}/${body.length}` }),
      });
      response.write(piece, () => (piece.length === rest ? response.end() : response.destroy()));
      return true;
    },
  /** a partial answer for another range than the one asked for */
  wrongRange:
    (victim: string, body: Buffer) => (path: string, request: IncomingMessage, response: ServerResponse) => {
      if (path !== victim || request.headers.range === undefined) return false;
      response
        .writeHead(206, { 'content-length': 10, 'content-range': `bytes 0-9/${body.length}` })
        .end(body.subarray(0, 10));
      return true;
    },
  serverError: (victim: string, times: number) => {
    let left = times;
    return (path: string, _request: IncomingMessage, response: ServerResponse) => {
      if (path !== victim || left-- <= 0) return false;
      response.writeHead(503).end();
      return true;
    };
  },
};
