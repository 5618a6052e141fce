import type { Ipv4Address } from '../addresses.ts';
import { concatBytes } from './byte-queue.ts';
import type { TcpSegment } from './dissector.ts';
import { contentLengthOf, parseRequestHead, parseResponseHead } from './http-head.ts';
import { TcpStream, type InOrder } from './tcp-stream.ts';

/** One request and what came back, as far as the capture goes. */
export interface HttpExchange {
  readonly client: Ipv4Address;
  readonly clientPort: number;
  readonly server: Ipv4Address;
  readonly serverPort: number;
  readonly requestFrame: number;
  readonly requestTimeUs: number;
  readonly method: string;
  readonly target: string;
  readonly host?: string;
  readonly userAgent?: string;
  readonly range?: string;
  responseFrame?: number;
  status?: number;
  contentLength?: number;
  contentType?: string;
  location?: string;
  /** body bytes that the server sent */
  bodyBytes: number;
  lastTimeUs: number;
  /** who ended the connection before the body was whole */
  cutBy?: 'client' | 'server';
  /** the client acknowledged an answer that is not in the capture: its filter left it out, or it lost packets */
  isAnswerUnseen?: boolean;
}

const MAX_HEAD_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 2048;
const REQUEST_STARTS = ['GET ', 'HEAD ', 'POST ', 'PUT ', 'OPTIONS '];
const RESPONSE_START = 'HTTP/1.';

interface Connection {
  readonly client: Ipv4Address;
  readonly clientPort: number;
  readonly server: Ipv4Address;
  readonly serverPort: number;
  readonly requests: TcpStream;
  readonly responses: TcpStream;
  readonly unanswered: HttpExchange[];
  requestHead: Uint8Array;
  responseHead: Uint8Array;
  /** the response whose body is under way, and how much of it is missing; Infinity until close */
  body: { readonly exchange: HttpExchange; remaining: number } | undefined;
  requestBodyRemaining: number;
  /** how far the client has the server's data */
  acknowledged: number | undefined;
}

/** Follows HTTP/1 in TCP segments: heads are read, bodies are only counted. Memory is bounded. */
export class HttpFollower {
  #exchanges: HttpExchange[] = [];
  readonly #connections = new Map<string, Connection>();

  /** The exchanges that began since the last call. They change until `finish`. */
  takeExchanges(): readonly HttpExchange[] {
    const taken = this.#exchanges;
    if (taken.length > 0) this.#exchanges = [];
    return taken;
  }

  push(segment: TcpSegment): void {
    const forward = keyOf(segment.source, segment.sourcePort, segment.destination, segment.destinationPort);
    const backward = keyOf(segment.destination, segment.destinationPort, segment.source, segment.sourcePort);
    const asClient = this.#connections.get(forward) ?? this.#open(segment, forward, backward);
    if (asClient) return this.#advance(asClient, segment, true, forward);
    const asServer = this.#connections.get(backward);
    if (asServer) this.#advance(asServer, segment, false, backward);
  }

  #open(segment: TcpSegment, forward: string, backward: string): Connection | undefined {
    const isSyn = segment.flags.syn && !segment.flags.ack;
    const looksLikeRequest =
      !this.#connections.has(backward) && REQUEST_STARTS.some((start) => begins(segment.payload, start));
    if (!isSyn && !looksLikeRequest) return undefined;
    if (this.#connections.size >= MAX_CONNECTIONS) {
      const [oldest] = this.#connections.keys();
      if (oldest !== undefined) this.#connections.delete(oldest);
    }
    const connection: Connection = {
      client: segment.source,
      clientPort: segment.sourcePort,
      server: segment.destination,
      serverPort: segment.destinationPort,
      requests: new TcpStream(),
      responses: new TcpStream(),
      unanswered: [],
      requestHead: new Uint8Array(0),
      responseHead: new Uint8Array(0),
      body: undefined,
      requestBodyRemaining: 0,
      acknowledged: undefined,
    };
    this.#connections.set(forward, connection);
    return connection;
  }

  #advance(connection: Connection, segment: TcpSegment, fromClient: boolean, key: string): void {
    const stream = fromClient ? connection.requests : connection.responses;
    if (fromClient && segment.flags.ack) connection.acknowledged = segment.acknowledgment;
    if (segment.flags.syn) stream.startAt(segment.sequence);
    const ready = stream.push({
      sequence: segment.sequence,
      bytes: segment.payload,
      wireLength: segment.wirePayloadLength,
      frameNumber: segment.frameNumber,
      timeUs: segment.timeUs,
    });
    this.#deliver(connection, ready, fromClient);
    if (!segment.flags.rst && !segment.flags.fin) return;
    this.#deliver(connection, connection.responses.finish(), false);
    this.#close(connection, segment, fromClient, key);
  }

  /** The capture is over: what waits for segments that were not captured is read now. */
  finish(): void {
    for (const connection of this.#connections.values()) {
      this.#deliver(connection, connection.requests.finish(), true);
      this.#deliver(connection, connection.responses.finish(), false);
      markUnseenAnswers(connection);
    }
  }

  #deliver(connection: Connection, pieces: readonly InOrder[], fromClient: boolean): void {
    for (const piece of pieces) {
      if (fromClient) this.#readRequests(connection, piece);
      else readResponses(connection, piece);
    }
  }

  #close(connection: Connection, segment: TcpSegment, fromClient: boolean, key: string): void {
    const { body } = connection;
    const isCut = body !== undefined && Number.isFinite(body.remaining) && body.remaining > 0;
    // a client's FIN alone says "no more requests": the answer may still be on its way
    if (isCut && (segment.flags.rst || !fromClient)) body.exchange.cutBy ??= fromClient ? 'client' : 'server';
    if (!segment.flags.rst) return;
    markUnseenAnswers(connection);
    // asked, and the connection thrown away instead of an answer
    if (!fromClient) for (const exchange of connection.unanswered) exchange.cutBy ??= 'server';
    this.#connections.delete(key);
  }

  #readRequests(connection: Connection, piece: InOrder): void {
    let bytes = piece.bytes;
    if (connection.requestBodyRemaining > 0) {
      const used = Math.min(bytes.length, connection.requestBodyRemaining);
      connection.requestBodyRemaining -= used;
      bytes = bytes.subarray(used);
    }
    connection.requestHead = append(connection.requestHead, bytes);
    for (let end = headEnd(connection.requestHead); end > 0; end = headEnd(connection.requestHead)) {
      const request = parseRequestHead(latin1(connection.requestHead, end).trimEnd());
      connection.requestHead = connection.requestHead.slice(end);
      if (!request) continue;
      connection.requestBodyRemaining = contentLengthOf(request.headers) ?? 0;
      const used = Math.min(connection.requestHead.length, connection.requestBodyRemaining);
      connection.requestBodyRemaining -= used;
      connection.requestHead = connection.requestHead.slice(used);
      const exchange: HttpExchange = {
        client: connection.client,
        clientPort: connection.clientPort,
        server: connection.server,
        serverPort: connection.serverPort,
        requestFrame: piece.frameNumber,
        requestTimeUs: piece.timeUs,
        method: request.method,
        target: request.target,
        ...optional('host', request.headers.get('host')),
        ...optional('userAgent', request.headers.get('user-agent')),
        ...optional('range', request.headers.get('range')),
        bodyBytes: 0,
        lastTimeUs: piece.timeUs,
      };
      this.#exchanges.push(exchange);
      connection.unanswered.push(exchange);
    }
    if (connection.requestHead.length > MAX_HEAD_BYTES) connection.requestHead = new Uint8Array(0);
  }
}

function markUnseenAnswers({ unanswered, responses, acknowledged }: Connection): void {
  if (acknowledged !== undefined && responses.isBehind(acknowledged)) markUnseen(unanswered);
}

function markUnseen(exchanges: readonly HttpExchange[]): void {
  for (const exchange of exchanges) exchange.isAnswerUnseen = true;
}

function readResponses(connection: Connection, piece: InOrder): void {
  let { bytes } = piece;
  let skipped = piece.skippedBytes;
  // a chunked answer has no length: the next status line ends it
  const isOpenEnded = connection.body?.remaining === Number.POSITIVE_INFINITY;
  if (isOpenEnded && connection.unanswered.length > 0 && begins(bytes, RESPONSE_START))
    connection.body = undefined;
  while (bytes.length > 0 || skipped > 0) {
    if (connection.body) {
      const { body } = connection;
      const used = Math.min(body.remaining, bytes.length + skipped);
      body.exchange.bodyBytes += used;
      body.exchange.lastTimeUs = piece.timeUs;
      body.remaining -= used;
      if (body.remaining <= 0) connection.body = undefined;
      const fromBytes = Math.min(used, bytes.length);
      bytes = bytes.subarray(fromBytes);
      skipped -= used - fromBytes;
      continue;
    }
    // a head, or the rest of one, is among what is missing: whose, nothing tells
    if (skipped > 0 && headEnd(bytes) === 0) markUnseen(connection.unanswered);
    if (bytes.length === 0) return;
    connection.responseHead = append(connection.responseHead, bytes);
    // the body of an answer whose head is not in the capture
    const seen = RESPONSE_START.slice(0, connection.responseHead.length);
    if (!begins(connection.responseHead, seen)) {
      connection.responseHead = new Uint8Array(0);
      return;
    }
    const end = headEnd(connection.responseHead);
    if (end <= 0) {
      if (connection.responseHead.length > MAX_HEAD_BYTES) connection.responseHead = new Uint8Array(0);
      return;
    }
    const text = latin1(connection.responseHead, end).trimEnd();
    bytes = connection.responseHead.slice(end);
    connection.responseHead = new Uint8Array(0);
    beginResponse(connection, text, piece);
  }
}

function beginResponse(connection: Connection, text: string, piece: InOrder): void {
  const response = parseResponseHead(text);
  if (!response || (response.status >= 100 && response.status < 200)) return;
  const exchange = connection.unanswered.shift();
  if (!exchange) return;
  exchange.responseFrame = piece.frameNumber;
  exchange.lastTimeUs = piece.timeUs;
  exchange.status = response.status;
  const length = contentLengthOf(response.headers);
  if (length !== undefined) exchange.contentLength = length;
  const type = response.headers.get('content-type');
  if (type !== undefined) exchange.contentType = type;
  const location = response.headers.get('location');
  if (location !== undefined) exchange.location = location;
  const hasBody = exchange.method !== 'HEAD' && response.status !== 204 && response.status !== 304;
  // without a length the body goes on until the next status line or the end of the connection
  const remaining = hasBody ? (length ?? Number.POSITIVE_INFINITY) : 0;
  connection.body = remaining > 0 ? { exchange, remaining } : undefined;
}

/** Index after the empty line that ends a head, or 0. */
function headEnd(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10) return at + 2;
    if (bytes[at + 1] === 13 && bytes[at + 2] === 10) return at + 3;
  }
  return 0;
}

function append(before: Uint8Array, bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? before : concatBytes([before, bytes], before.length + bytes.length);
}

function keyOf(a: string, aPort: number, b: string, bPort: number): string {
  return `${a}:${aPort}>${b}:${bPort}`;
}

function begins(bytes: Uint8Array, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[at] !== text.charCodeAt(at)) return false;
  return true;
}

function latin1(bytes: Uint8Array, length: number): string {
  return String.fromCharCode(...bytes.subarray(0, Math.min(length, MAX_HEAD_BYTES)));
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}
