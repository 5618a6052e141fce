import type { IncomingMessage } from 'node:http';
import { messageOf } from '../../model/errors.ts';
import { UNSPECIFIED_IPV4, type Ipv4Address, type MacAddress } from '../../protocol/addresses.ts';
import type { Exchange } from './exchange.ts';
import type { HttpRoute } from './http-route.ts';
import type { RequestTarget } from './request-target.ts';

const MAX_BODY_BYTES = 1024 * 1024;

export interface AnswerRouteInput {
  readonly route: HttpRoute;
  readonly exchange: Exchange;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly target: RequestTarget;
  readonly ip: Ipv4Address | undefined;
  readonly mac: MacAddress | undefined;
}

/** Lets a route answer; its errors become a 500 and an event. */
export async function answerRoute(input: AnswerRouteInput): Promise<void> {
  const { exchange, method, target } = input;
  const { request, response } = exchange;
  const body = method === 'POST' ? await readBody(request) : new Uint8Array();
  if (body === 'aborted') return;
  if (body === 'too-large') {
    // the rest of the body is not worth reading
    response.setHeader('Connection', 'close');
    exchange.refuse(413, `a body may have at most ${MAX_BODY_BYTES} bytes`);
    return;
  }
  if (method !== 'POST') exchange.emit(method === 'HEAD' ? 'http.head' : 'http.get', {});
  try {
    const answer = await input.route.handle({
      method,
      path: target.path,
      ...(target.token === undefined ? {} : { token: target.token }),
      query: target.query,
      ip: input.ip ?? UNSPECIFIED_IPV4,
      ...(input.mac === undefined ? {} : { mac: input.mac }),
      userAgent: exchange.userAgent,
      body,
    });
    if (answer === undefined) {
      exchange.answerText(404, 'not found');
      exchange.emit('http.missing', { status: 404, method });
      return;
    }
    const bytes = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
    response.writeHead(answer.status, {
      'Content-Type': answer.contentType,
      'Content-Length': bytes.length,
      // made for one machine at one moment
      'Cache-Control': 'no-store',
    });
    response.end(method === 'HEAD' ? undefined : bytes);
    const sentBytes = method === 'HEAD' ? 0 : bytes.length;
    exchange.emitEnd('http.done', { status: answer.status, sizeBytes: bytes.length, sentBytes, method });
  } catch (error) {
    if (!response.headersSent) exchange.answerText(500, 'the server failed to make the answer');
    else response.destroy();
    exchange.emit('http.error', { status: 500, reason: 'route-failed', message: messageOf(error) });
  }
}

function readBody(request: IncomingMessage): Promise<Uint8Array | 'too-large' | 'aborted'> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > MAX_BODY_BYTES) return Promise.resolve('too-large');
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (part: Buffer) => {
      sizeBytes += part.length;
      if (sizeBytes > MAX_BODY_BYTES) {
        request.pause();
        resolve('too-large');
      } else {
        parts.push(part);
      }
    });
    request.on('end', () => resolve(Buffer.concat(parts)));
    request.on('close', () => resolve('aborted'));
  });
}
