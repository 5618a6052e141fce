import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BootEventType, EventDetail, EventSink } from '../../model/boot-event.ts';
import { messageOf } from '../../model/errors.ts';
import type { RunningTransfers } from '../../model/running-transfer.ts';
import { machineAskedAs } from '../../model/served-path.ts';
import { bindError } from '../../net/bind-error.ts';
import { parseIpv4, type Ipv4Address, type MacAddress } from '../../protocol/addresses.ts';
import { answerFile, type AnswerFileInput } from './answer-file.ts';
import { answerRoute } from './answer-route.ts';
import { BufferPool } from '../../platform/buffer-pool.ts';
import { shareConnections } from './connections.ts';
import { Exchange } from './exchange.ts';
import { HeldBodies } from './held-bodies.ts';
import type { HttpRoute } from './http-route.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { readTarget } from './request-target.ts';

/** Where requests arrive. */
export type HttpPlace =
  | {
      readonly address: Ipv4Address;
      /** 0 for any free port */
      readonly port: number;
    }
  | {
      /**
       * Has it listen where nginx alone can reach it: a request comes from the client that its X-Real-IP names, and shares of
       * connections are nginx's to give.
       */
      readonly listenBehindNginx: (server: Server) => Promise<void>;
    };

export type HttpServerOptions = HttpPlace & HttpContent;

interface HttpContent {
  /** the only folder that files are served from */
  readonly root: string;
  /** asked before the files, longest prefix first */
  readonly routes?: readonly HttpRoute[];
  readonly sink: EventSink;
  /** the MAC behind an address in the neighbour table, if it is known; the table may be a second old, or as old as is said */
  readonly resolveMac?: (ip: Ipv4Address, maxAgeMs?: number) => MacAddress | undefined;
  /** told of files while they are sent */
  readonly transfers?: RunningTransfers;
  /** default 1024 */
  readonly maxConnections?: number;
  /** default 128 */
  readonly maxConnectionsPerAddress?: number;
  /** silence after which a connection is closed, also in the middle of a download. Default 2 minutes */
  readonly idleTimeoutMs?: number;
}

export interface HttpServer {
  /** 0 behind nginx */
  readonly port: number;
  /** Stops listening and cuts what is under way. */
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 1024;
/** A loader has one or two, an installer some; machines behind one relay have addresses of their own. */
const MAX_CONNECTIONS_PER_ADDRESS = 128;
const MAX_HEADER_BYTES = 16 * 1024;
const HEADERS_TIMEOUT_MS = 15_000;
/** For the request with its body (at most 1 MiB), not for the answer. */
const REQUEST_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 30_000;
const IDLE_TIMEOUT_MS = 120_000;
const SHED_TEXT = {
  'address-share':
    'it holds as many connections as one address may: the one that stood still longest was closed',
  'server-full': 'every connection is taken, and it holds most: the one that stood still longest was closed',
} as const;
/** who has just come may not be in the table yet */
const LOOK_AGAIN_MS = 80;
/** Reports are short; installers that send their logs with them send a mebibyte at most. */
const BODIES_BYTES = 32 * 1024 * 1024;
const MAX_SPARE_BYTES = 16 * 1024 * 1024;
/** Shared by all downloads; each has two buffers, so that twice as much is used. */
const BUFFER_BUDGET_BYTES = 24 * 1024 * 1024;

/**
 * Serves files below one folder, and routes for what is made per machine (HTTP/1.1, RFC 9110 and 9112).
 * @throws PxectlError E_PORT_IN_USE, E_PRIVILEGE or E_NO_ADDRESS when the port cannot be had
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const pool = new BufferPool(MAX_SPARE_BYTES);
  const routes = [...(options.routes ?? [])].sort((a, b) => b.prefix.length - a.prefix.length);
  let downloads = 0;
  const largestChunk = (): number => largestPowerOfTwo(BUFFER_BUDGET_BYTES / Math.max(1, downloads));

  const connections = new OneAtATime();
  const bodies = new HeldBodies(BODIES_BYTES);
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const client = clientOf(options, request);
    const exchange = new Exchange(request, response, client.emit);
    const target = readTarget(request.url ?? '');
    if (target === undefined) {
      exchange.refuse(400, 'the request target is malformed');
      return;
    }
    exchange.path = target.path;
    exchange.askedAs = machineAskedAs(target.path, target.query);
    const route = routes.find((candidate) => target.path.startsWith(candidate.prefix));
    const method = request.method ?? '';
    if (method !== 'GET' && method !== 'HEAD' && !(method === 'POST' && route !== undefined)) {
      response.setHeader('Allow', route === undefined ? 'GET, HEAD' : 'GET, HEAD, POST');
      exchange.refuse(405, `method ${method.slice(0, 20)} is not served`);
      return;
    }
    if (route !== undefined) {
      const mac = await macOfThisMoment(options, client.ip);
      await answerRoute({ route, exchange, method, target, ip: client.ip, mac, bodies });
      return;
    }
    downloads += 1;
    const { ip, mac } = client;
    const startedAt = new Date().toISOString();
    const begin: AnswerFileInput['begin'] = (read) =>
      (ip && options.transfers?.begin(() => ({ ip, mac, path: target.path, startedAt, ...read() }))) ??
      (() => undefined);
    try {
      await answerFile({ root: options.root, exchange, pool, largestChunk, begin });
    } finally {
      downloads -= 1;
    }
  };

  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 5000,
      noDelay: true,
    },
    (request, response) => {
      // a client that resets its connection is seen by the response's close event
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      connections.take(request, response, () =>
        handle(request, response).catch((error: unknown) => {
          clientOf(options, request).emit('http.error', { reason: 'internal', message: messageOf(error) });
          response.destroy();
        }),
      );
    },
  );
  const most = options.maxConnections ?? MAX_CONNECTIONS;
  const share = options.maxConnectionsPerAddress ?? MAX_CONNECTIONS_PER_ADDRESS;
  shareConnections(server, {
    most,
    mostPerAddress: 'port' in options ? share : most,
    onShed: (address, reason) => {
      const ip = parseIpv4(address.replace(/^::ffff:/, ''));
      options.sink.emit({
        type: 'http.error',
        ...(ip === undefined ? {} : { ip }),
        detail: { reason, message: SHED_TEXT[reason] },
      });
    },
  });
  server.timeout = options.idleTimeoutMs ?? IDLE_TIMEOUT_MS;
  server.on('clientError', refuseRubbish);
  await listen(server, options);
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    close: () => closeServer(server),
  };
}

async function listen(server: Server, options: HttpServerOptions): Promise<void> {
  if ('port' in options) await listenOnPort(server, options.address, options.port);
  else await options.listenBehindNginx(server);
  server.on('error', (error) => {
    options.sink.emit({ type: 'engine.warning', detail: { message: `HTTP socket: ${error.message}` } });
  });
}

async function listenOnPort(server: Server, address: Ipv4Address, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: address, backlog: 511 }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    throw await bindError(error as Error, { protocol: 'tcp', port, address });
  }
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Bytes that are no HTTP: a short answer where it can still be written, and never an event per packet. */
function refuseRubbish(error: NodeJS.ErrnoException, socket: Socket | { destroy(): void }): void {
  if (!('writable' in socket) || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  socket.destroySoon();
}

interface Client {
  readonly ip: Ipv4Address | undefined;
  readonly mac: MacAddress | undefined;
  readonly emit: (type: BootEventType, detail: EventDetail) => void;
}

function clientOf(options: HttpServerOptions, request: IncomingMessage): Client {
  const ip = addressOf(options, request);
  const mac = ip === undefined ? undefined : options.resolveMac?.(ip);
  const who = { ...(ip === undefined ? {} : { ip }), ...(mac === undefined ? {} : { mac }) };
  return { ip, mac, emit: (type, detail) => options.sink.emit({ type, ...who, detail }) };
}

/**
 * Whose request it is decides on a seed: who has taken another's address is not seen in a table of a moment before, and who has
 * just come may be missing in it.
 */
async function macOfThisMoment(
  { resolveMac }: HttpServerOptions,
  ip: Ipv4Address | undefined,
): Promise<MacAddress | undefined> {
  if (resolveMac === undefined || ip === undefined) return undefined;
  const mac = resolveMac(ip, 0);
  if (mac !== undefined) return mac;
  await sleep(LOOK_AGAIN_MS);
  return resolveMac(ip, 0);
}

function addressOf(options: HttpServerOptions, request: IncomingMessage): Ipv4Address | undefined {
  if ('port' in options) return parseIpv4(request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '');
  const named = request.headers['x-real-ip'];
  return typeof named === 'string' ? parseIpv4(named) : undefined;
}

function largestPowerOfTwo(most: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(1, most)));
}
