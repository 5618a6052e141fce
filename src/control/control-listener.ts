import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf, PxectlError, usageError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';
import { packageVersion } from '../platform/packaged-files.ts';
import { CONTROL_API, type ControlHandlers, type InputOf, type OperationName } from './api.ts';
import { openApiDocument } from './openapi.ts';
import { valuesOfPath, type Operation } from './operation.ts';
import { readBody } from './read-body.ts';
import type { ErrorReply } from './schemas/session.ts';
import { streamEvents } from './stream-events.ts';

export interface ControlListenerOptions {
  readonly handlers: ControlHandlers;
  /** what stands before `/v1` where this is one part of a server */
  readonly prefix?: string;
  /** what may be asked here; default: everything */
  readonly isAllowed?: (name: OperationName, operation: Operation) => boolean;
}

/** Readers of events hold their connection: commands must get one, too. */
const MAX_STREAMS = 32;

/** Answers for any HTTP server: the control socket's, and whoever else has looked that the client may ask. */
export function controlListener(
  options: ControlListenerOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { handlers, prefix = '', isAllowed = () => true } = options;
  let streams = 0;

  const reply = async (name: OperationName, input: object): Promise<unknown> => {
    if (name === 'openapi') return openApiDocument(packageVersion());
    const handle = handlers[name] as (input: object) => Promise<unknown>;
    return handle(input);
  };

  /** An answer that many wait for is checked and written down once: of a thousand machines that takes a while. */
  const written = new WeakMap<object, Buffer>();
  const bytesOf = (answer: object, { reply: schema }: Operation): Buffer => {
    const bytes = written.get(answer) ?? bytesFor(schema.parse(answer));
    written.set(answer, bytes);
    return bytes;
  };

  const stream = async (
    request: IncomingMessage,
    response: ServerResponse,
    input: InputOf<'events'>,
  ): Promise<void> => {
    if (streams >= MAX_STREAMS) throw new Refused(503, `${streams} others follow the events already`);
    const place = withLastEventId(request, input);
    streams += 1;
    try {
      await streamEvents(response, (signal) => handlers.events(place, signal));
    } finally {
      streams -= 1;
    }
  };

  return async (request, response) => {
    try {
      const url = urlOf(request.url?.slice(prefix.length) ?? '');
      const { name, values } = operationAt(request.method ?? '', url.pathname);
      const operation: Operation = CONTROL_API[name];
      if (!isAllowed(name, operation)) throw new Refused(403, 'that may not be asked here');
      const body =
        operation.method === 'GET' ? Object.fromEntries(url.searchParams) : await jsonBody(request);
      const input = operation.input.safeParse({ ...body, ...values });
      if (!input.success) throw notUnderstood(input.error.issues[0]);
      if (operation.isStream) return await stream(request, response, input.data as InputOf<'events'>);
      const answer = await reply(name, input.data as object);
      if (typeof answer !== 'object' || answer === null)
        throw new Refused(404, `there is no ${printable(url.pathname)}`);
      send(response, 200, bytesOf(answer, operation));
    } catch (error) {
      const refusal = error instanceof SyntaxError ? badRequest(error.message) : error;
      if (response.headersSent) response.destroy();
      else send(response, statusOfError(refusal), bytesFor(errorBody(refusal)));
    }
  };
}

function urlOf(target: string): URL {
  const base = 'http://pxectl';
  if (!URL.canParse(target, base)) throw badRequest('that is no path');
  return new URL(target, base);
}

/** A refusal with a status of its own; `what` is said to whoever asked. */
class Refused extends PxectlError {
  constructor(
    readonly status: number,
    what: string,
    more: { readonly why?: string; readonly next?: string } = {},
  ) {
    super('usage', 'E_USAGE', { what, ...more });
  }
}

function operationAt(
  method: string,
  path: string,
): { readonly name: OperationName; readonly values: Readonly<Record<string, string>> } {
  const names = Object.keys(CONTROL_API) as OperationName[];
  const there = names.flatMap((name) => {
    const values = valuesOfPath(CONTROL_API[name], path);
    return values === undefined ? [] : [{ name, values }];
  });
  const found = there.find(({ name }) => CONTROL_API[name].method === method);
  if (found !== undefined) return found;
  const asked = `${printable(method, 20)} ${printable(path)}`;
  const more = {
    why: 'it was started by another version of pxectl, or that is no path of its API: GET /v1/openapi.json lists them',
    next: 'pxectl down, then pxectl up',
  };
  throw new Refused(there.length > 0 ? 405 : 404, `the running pxectl knows no ${asked}`, more);
}

/** A browser that reconnects says it in a header, and goes on saying what it first had in the query. */
function withLastEventId({ headers }: IncomingMessage, input: InputOf<'events'>): InputOf<'events'> {
  const id = headers['last-event-id'];
  if (typeof id !== 'string' || id === '') return input;
  const after = /^\d{1,16}$/.test(id) ? Number(id) : NaN;
  if (!Number.isSafeInteger(after)) throw badRequest('Last-Event-ID is no id of an event');
  return { ...input, after };
}

async function jsonBody(request: IncomingMessage): Promise<object> {
  const text = await readBody(request);
  if (text === undefined) throw new Refused(413, 'the running pxectl does not take so large a body');
  const value: unknown = JSON.parse(text === '' ? '{}' : text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('the body is no object');
  return value;
}

function statusOfError(error: unknown): number {
  if (error instanceof Refused) return error.status;
  if (!(error instanceof PxectlError)) return 500;
  return error.kind === 'usage' ? 400 : 422;
}

const bytesFor = (body: unknown): Buffer => Buffer.from(`${JSON.stringify(body)}\n`);

function send(response: ServerResponse, status: number, bytes: Buffer): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    'cache-control': 'no-store',
  });
  response.end(bytes);
}

const badRequest = (why: string): PxectlError =>
  usageError({ what: 'the running pxectl does not understand what it was asked', why });

function notUnderstood(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
): PxectlError {
  const place = issue?.path.map(String).join('.') ?? '';
  return badRequest(
    `${place === '' ? '' : `${printable(place)}: `}${issue?.message ?? 'it is not as the document says'}`,
  );
}

function errorBody(error: unknown): ErrorReply {
  const schema = 'pxectl.error/1';
  if (!(error instanceof PxectlError)) {
    return { schema, error: { kind: 'bug', code: 'E_BUG', message: messageOf(error) } };
  }
  const { kind, code, message, why, next, details } = error;
  return {
    schema,
    error: {
      ...{ kind, code, message },
      ...(why === undefined ? {} : { why }),
      ...(next === undefined ? {} : { next }),
      ...(details === undefined ? {} : { details: { ...details } }),
    },
  };
}
