import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messageOf, PxectlError, usageError } from '../model/errors.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { listenPrivately } from '../net/private-socket.ts';
import { makeFolder } from '../platform/files.ts';
import {
  CONTROL_API,
  type ControlHandlers,
  type ErrorReply,
  type Operation,
  type OperationName,
} from './api.ts';

/** Names of ten thousand machines fit. */
const MAX_BODY_BYTES = 1024 * 1024;
const RECEIVE_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 64;

export interface ControlServer {
  /** what is being answered is cut; idempotent */
  close(): Promise<void>;
}

/**
 * Answers whoever may open the socket in the run folder: the user that pxectl runs as, and root. A socket that a
 * killed pxectl left is replaced.
 * @throws Error where the file system holds no sockets
 */
export async function serveControl(
  layout: Pick<StateLayout, 'run' | 'controlSocket'>,
  handlers: ControlHandlers,
): Promise<ControlServer> {
  const server = controlServer(handlers);
  const path = layout.controlSocket;
  await makeFolder(layout.run);
  await listenPrivately(server, path);
  let closed: Promise<void> | undefined;
  return {
    close() {
      closed ??= (async () => {
        await rm(path, { force: true });
        server.closeAllConnections();
        if (server.listening) await new Promise((resolve) => server.close(resolve));
      })();
      return closed;
    },
  };
}

/** The HTTP server itself, not listening yet. */
export function controlServer(handlers: ControlHandlers): Server {
  const server = createServer(
    { requestTimeout: RECEIVE_TIMEOUT_MS, headersTimeout: RECEIVE_TIMEOUT_MS },
    (request, response) => void answer(handlers, request, response),
  );
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

async function answer(
  handlers: ControlHandlers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const name = operationOf(request);
    if (name === undefined) {
      send(response, 404, errorBody(unknownOperation(request)));
      return;
    }
    const operation: Operation<object, unknown> = CONTROL_API[name];
    const body = operation.body.safeParse(JSON.parse((await readBody(request)) || '{}'));
    if (!body.success) throw badRequest(body.error.issues[0]?.message ?? 'the body is not understood');
    const handle = handlers[name] as (body: object) => Promise<unknown>;
    send(response, 200, operation.reply.parse(await handle(body.data)));
  } catch (error) {
    const refusal = error instanceof SyntaxError ? badRequest(error.message) : error;
    send(response, statusOfError(refusal), errorBody(refusal));
  }
}

function statusOfError(error: unknown): number {
  if (!(error instanceof PxectlError)) return 500;
  return error.kind === 'usage' ? 400 : 422;
}

function operationOf({ method, url }: IncomingMessage): OperationName | undefined {
  const names = Object.keys(CONTROL_API) as OperationName[];
  return names.find((name) => CONTROL_API[name].method === method && CONTROL_API[name].path === url);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // the connection stays: whoever sent too much is told so
  const received = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of received) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES) throw badRequest(`the body is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`);
  // one connection, one question: nothing stays open behind a client that forgets to close
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    connection: 'close',
  });
  response.end(bytes);
}

const badRequest = (why: string): PxectlError =>
  usageError({ what: 'the running pxectl does not understand what it was asked', why });

const unknownOperation = ({ method, url }: IncomingMessage): PxectlError =>
  usageError({
    what: `the running pxectl knows no ${method} ${url}`,
    why: 'it was started by another version of pxectl',
    next: 'pxectl down, then pxectl up',
  });

function errorBody(error: unknown): ErrorReply {
  const schema = 'pxectl.error/1';
  if (!(error instanceof PxectlError)) {
    return { schema, error: { kind: 'bug', code: 'E_BUG', message: messageOf(error) } };
  }
  const { kind, code, message, why, next, details } = error;
  return { schema, error: { kind, code, message, why, next, details: details && { ...details } } };
}
