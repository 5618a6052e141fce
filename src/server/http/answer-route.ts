import type { IncomingMessage } from 'node:http';
import { messageOf } from '../../model/errors.ts';
import { UNSPECIFIED_IPV4, type Ipv4Address, type MacAddress } from '../../protocol/addresses.ts';
import type { Exchange } from './exchange.ts';
import type { HeldBodies } from './held-bodies.ts';
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
  /** those of all requests */
  readonly bodies: HeldBodies;
}

/** Lets a route answer; its errors become a 500 and an event. */
export async function answerRoute(input: AnswerRouteInput): Promise<void> {
  const { exchange, method, target } = input;
  const { request, response } = exchange;
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
      readBody: async () => (method === 'POST' ? readBody(request, input) : new Uint8Array()),
    });
    // the rest of a body that nobody wants is not worth reading
    if (method === 'POST' && !request.complete) response.setHeader('Connection', 'close');
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
    if (error instanceof BodyRefused) {
      if (error.why === 'aborted') return;
      response.setHeader('Connection', 'close');
      if (error.why === 'no-room') exchange.refuse(503, 'too many bodies are under way');
      else exchange.refuse(413, `a body may have at most ${MAX_BODY_BYTES} bytes`);
      return;
    }
    if (!response.headersSent) exchange.answerText(500, 'the server failed to make the answer');
    else response.destroy();
    exchange.emit('http.error', { status: 500, reason: 'route-failed', message: messageOf(error) });
  }
}

class BodyRefused extends Error {
  constructor(readonly why: 'too-large' | 'no-room' | 'aborted') {
    super(`body ${why}`);
  }
}

/** @throws BodyRefused */
async function readBody(
  request: IncomingMessage,
  { bodies, ip, mac }: Pick<AnswerRouteInput, 'bodies' | 'ip' | 'mac'>,
): Promise<Uint8Array> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > MAX_BODY_BYTES) throw new BodyRefused('too-large');
  let parts: Buffer[] = [];
  let sizeBytes = 0;
  let refuse: (why: 'too-large' | 'no-room') => void = () => undefined;
  const held = bodies.begin(mac ?? ip ?? '', () => refuse('no-room'));
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      refuse = (why) => {
        request.pause();
        parts = [];
        reject(new BodyRefused(why));
      };
      request.on('data', (part: Buffer) => {
        sizeBytes += part.length;
        parts.push(part);
        if (sizeBytes > MAX_BODY_BYTES) refuse('too-large');
        else held.grew(part.length);
      });
      request.on('end', () => resolve(Buffer.concat(parts)));
      request.on('close', () => reject(new BodyRefused('aborted')));
    });
  } finally {
    held.end();
  }
}
