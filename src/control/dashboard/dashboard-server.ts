import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { bindError } from '../../net/bind-error.ts';
import type { Ipv4Address } from '../../protocol/addresses.ts';
import { shareConnections } from '../../server/http/connections.ts';
import type { ControlHandlers, OperationName } from '../api.ts';
import { controlListener } from '../control-listener.ts';
import { readBody } from '../read-body.ts';
import { forgetCookie, type DashboardToken } from './dashboard-token.ts';
import { guestReads } from './guest-reads.ts';
import { readPages, type PageFile } from './page-files.ts';
import { refusalOf } from './request-guard.ts';
import { WrongTokens } from './wrong-tokens.ts';

export interface DashboardOptions {
  readonly address: Ipv4Address;
  /** 0 for any free one */
  readonly port: number;
  /** that it may be asked for by, beside its address */
  readonly names: readonly string[];
  readonly token: DashboardToken;
  readonly handlers: ControlHandlers;
}

export interface Dashboard {
  /** without the token */
  readonly url: string;
  /** what is open is cut */
  close(): Promise<void>;
}

const API = '/ui/api';
const SESSION = '/ui/session';
const RECEIVE_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 256;
/** Browsers hold six, and some people have several. */
const MAX_CONNECTIONS_PER_ADDRESS = 64;

/** Pages run what was built with them, ask this server alone, and are shown in no page of others. */
const POLICY = [
  "default-src 'none'",
  ...['script-src', 'style-src', 'connect-src', 'img-src'].map((kind) => `${kind} 'self'`),
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ...["require-trusted-types-for 'script'", "trusted-types 'none'"],
].join('; ');
const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), usb=()',
  'cache-control': 'no-store',
};

/** What pages have buttons for; `stop` and `set` are for the command line. */
const CHANGES: readonly OperationName[] = ['arm', 'disarm', 'adopt', 'install', 'power', 'reload'];

const tokenInput = z.strictObject({ token: z.string().max(200) });

/**
 * Serves the pages of `src/web/` and the API that they are a client of: to look at for whoever reaches it, to change for whoever has
 * shown the token.
 * @throws PxectlError E_PORT_IN_USE, E_NO_ADDRESS, E_PRIVILEGE
 */
export async function serveDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { address, token, handlers } = options;
  const names = [address, ...options.names.map((name) => name.toLowerCase())];
  const pages = readPages();
  const wrongTokens = new WrongTokens();
  // each with room for readers of its own: guests do not take that of the one who works here
  const forGuests = controlListener({
    ...{ handlers: guestReads(handlers), prefix: API },
    isAllowed: (_, { method }) => method === 'GET',
  });
  const forHolder = controlListener({
    handlers,
    prefix: API,
    isAllowed: (name, { method }) => method === 'GET' || CHANGES.includes(name),
  });
  let port = options.port;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const { method = '', headers } = request;
    const [path = ''] = (request.url ?? '').split('?', 1);
    const refusal = refusalOf({ method, headers, isPage: pages.has(path) || path === '/' }, names);
    if (refusal !== undefined) return sendText(response, refusal.status, refusal.why);
    const isHolder = token.isInCookies(headers.cookie, port);
    if (path.startsWith(`${API}/`)) return (isHolder ? forHolder : forGuests)(request, response);
    if (path === SESSION && method === 'GET') return sendJson(response, { isHolder });
    if (path === SESSION && method === 'POST') return takeToken(request, response);
    if (path === `${SESSION}/end` && method === 'POST') {
      response.setHeader('set-cookie', forgetCookie(port));
      return sendJson(response, { isHolder: false });
    }
    if (method !== 'GET' && method !== 'HEAD') return sendText(response, 405, 'GET alone');
    sendPage(path, pages, request, response);
  };

  const takeToken = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const from = request.socket.remoteAddress ?? '';
    if (!wrongTokens.mayTry(from)) {
      response.setHeader('retry-after', '60');
      return sendText(response, 429, 'too many wrong tokens: wait a minute');
    }
    const given = tokenInput.safeParse(parsed(await readBody(request)));
    if (!given.success || !token.isToken(given.data.token)) {
      wrongTokens.add(from);
      return sendText(response, 403, 'that is not the token of this pxectl');
    }
    response.setHeader('set-cookie', token.setCookie(port));
    sendJson(response, { isHolder: true });
  };

  const server = createServer(
    { requestTimeout: RECEIVE_TIMEOUT_MS, headersTimeout: RECEIVE_TIMEOUT_MS, noDelay: true },
    (request, response) => {
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      answer(request, response).catch(() => response.destroy());
    },
  );
  shareConnections(server, {
    ...{ most: MAX_CONNECTIONS, mostPerAddress: MAX_CONNECTIONS_PER_ADDRESS },
    onShed: () => undefined,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      void bindError(error, { protocol: 'tcp', port, address }).then(reject, reject);
    });
    server.listen({ host: address, port }, resolve);
  });
  server.on('error', () => undefined);
  const bound = server.address();
  if (typeof bound === 'object' && bound !== null) port = bound.port;
  return {
    url: `http://${address}:${port}/ui/`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function sendPage(
  path: string,
  pages: ReadonlyMap<string, PageFile>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const page = pages.get(path);
  if (page === undefined) {
    if (path !== '/' && path !== '/ui') return sendText(response, 404, 'the dashboard is at /ui/');
    response.setHeader('location', '/ui/');
    return sendText(response, 302, 'the dashboard is at /ui/');
  }
  response.writeHead(200, { 'content-type': page.contentType, 'content-length': page.bytes.length });
  response.end(request.method === 'HEAD' ? undefined : page.bytes);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  // who sends a body that nobody reads is not waited for
  if (status >= 400) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
