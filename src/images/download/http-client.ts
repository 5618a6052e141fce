import type { Readable } from 'node:stream';
import { assetError, messageOf, PxectlError, systemCodeOf } from '../../model/errors.ts';
import { throughMirror } from './mirrors.ts';

export interface HttpClientOptions {
  readonly mirrors?: Readonly<Record<string, string>>;
  readonly isOffline?: boolean;
  readonly signal?: AbortSignal;
  /** how long a server may stay silent, before and within an answer; default 30 s */
  readonly stallTimeoutMs?: number;
  /** pause before the second attempt, doubled for each further one; default 500 ms */
  readonly retryPauseMs?: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** where the answer came from, after mirrors and redirects */
  readonly url: string;
  header(name: string): string | undefined;
  readonly body: Readable;
}

/** GET over HTTP(S), through mirrors and the proxies of the environment, with bounded redirects and silence. */
export interface HttpClient {
  readonly options: HttpClientOptions;
  /**
   * Sends one GET. Any status below 400 and 416 comes back as an answer whose body must be read or destroyed.
   * @throws PxectlError E_OFFLINE, E_NOT_FOUND (404, 410), E_DOWNLOAD; `isRetryable` tells which may pass
   */
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>;
  /** a small file as bytes, tried again where it makes sense; refused when longer than `maxBytes` */
  getBytes(url: string, maxBytes: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

const MAX_REDIRECTS = 8;
const DEFAULT_STALL_MS = 30_000;
const SMALL_FILE_ATTEMPTS = 4;

/** Opens a client. undici is loaded here and not before: it costs 80 ms of start-up. */
export async function openHttpClient(options: HttpClientOptions = {}): Promise<HttpClient> {
  const { EnvHttpProxyAgent, request } = await import('undici');
  const silenceMs = options.stallTimeoutMs ?? DEFAULT_STALL_MS;
  const dispatcher = new EnvHttpProxyAgent({
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    // most proxies allow CONNECT to port 443 only: plain HTTP is forwarded, https is tunnelled
    proxyTunnel: false,
    connect: { timeout: Math.min(silenceMs, 15_000) },
  });

  const get: HttpClient['get'] = async (original, headers = {}) => {
    let url = throughMirror(original, options.mirrors);
    if (options.isOffline === true) throw offline(url);
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      options.signal?.throwIfAborted();
      const answer = await request(checkUrl(url), {
        dispatcher,
        headers: { 'user-agent': 'pxectl', 'accept-encoding': 'identity', ...headers },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      }).catch((error: unknown) => {
        throw connectionError(error, url, options.signal);
      });
      const header = (name: string): string | undefined => [answer.headers[name]].flat()[0];
      const location = header('location');
      if (answer.statusCode >= 300 && answer.statusCode < 400 && location !== undefined) {
        await answer.body.dump();
        url = throughMirror(new URL(location, url).href, options.mirrors);
        continue;
      }
      if (answer.statusCode >= 400 && answer.statusCode !== 416) {
        await answer.body.dump();
        throw statusError(answer.statusCode, url);
      }
      // destroying a body that nobody reads any more must not end the process; readers still see their errors
      answer.body.on('error', () => undefined);
      return { status: answer.statusCode, url, header, body: answer.body };
    }
    throw assetError('E_DOWNLOAD', { what: `${original} is redirected in a circle` });
  };

  return {
    options,
    get,
    getBytes: (url, maxBytes) =>
      withRetries(SMALL_FILE_ATTEMPTS, options, () => readSmall(get, url, maxBytes, options.signal)),
    close: () => dispatcher.close(),
  };
}

async function readSmall(
  get: HttpClient['get'],
  url: string,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const answer = await get(url);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw connectionError(error, answer.url, signal);
  }
  if (length > maxBytes) {
    throw assetError('E_DOWNLOAD', {
      what: `${answer.url} is larger than the ${maxBytes} bytes it may have`,
    });
  }
  return Buffer.concat(chunks);
}

/** Runs `attempt` until it succeeds, fails for good, or has failed `attempts` times. */
export async function withRetries<T>(
  attempts: number,
  options: HttpClientOptions,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (count >= attempts || !isRetryable(error)) throw error;
      await pauseBeforeRetry(count, options);
    }
  }
}

export async function pauseBeforeRetry(count: number, options: HttpClientOptions): Promise<void> {
  const pauseMs = (options.retryPauseMs ?? 500) * 2 ** Math.min(count - 1, 5);
  const { setTimeout: sleep } = await import('node:timers/promises');
  await sleep(pauseMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
}

/** Whether the same request may succeed when it is sent again. */
export function isRetryable(error: unknown): boolean {
  return error instanceof PxectlError && error.details?.['isRetryable'] === true;
}

/** An error of a connection, in words. An abort by the user passes as it is. */
export function connectionError(error: unknown, url: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true || error instanceof PxectlError) return error;
  const code = systemCodeOf(error) ?? systemCodeOf((error as { cause?: unknown } | null)?.cause) ?? '';
  const isCertificate =
    code.startsWith('CERT_') || code.includes('CERT') || code === 'ERR_TLS_CERT_ALTNAME_INVALID';
  return assetError('E_DOWNLOAD', {
    what: `${url} cannot be read`,
    why: REASONS[code] ?? messageOf(error),
    next: 'check the network, or name a mirror: --mirror PREFIX=URL',
    cause: error,
    details: { isRetryable: !isCertificate, url },
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name of the server cannot be resolved',
  EAI_AGAIN: 'the name of the server cannot be resolved just now',
  ECONNREFUSED: 'the server refuses the connection',
  EHOSTUNREACH: 'there is no way to the server',
  ENETUNREACH: 'there is no way to the server',
  ECONNRESET: 'the server closed the connection',
  UND_ERR_SOCKET: 'the server closed the connection in the middle',
  UND_ERR_CONNECT_TIMEOUT: 'the server does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'the server took the request and says nothing',
  UND_ERR_BODY_TIMEOUT: 'the server went silent in the middle',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the server sent another number of bytes than it said',
};

function statusError(status: number, url: string): Error {
  if (status === 404 || status === 410) {
    return assetError('E_NOT_FOUND', {
      what: `${url} is not there (HTTP ${status})`,
      details: { url, status },
    });
  }
  return assetError('E_DOWNLOAD', {
    what: `${url} was refused (HTTP ${status})`,
    why: status >= 500 ? 'the server has a problem' : 'the server does not give it to us',
    next: 'try again later, or name a mirror: --mirror PREFIX=URL',
    details: { url, status, isRetryable: status >= 500 || status === 429 || status === 408 },
  });
}

function offline(url: string): Error {
  return assetError('E_OFFLINE', {
    what: `${url} would have to be fetched, and --offline forbids it`,
    next: 'leave out --offline, or use --from FILE',
    details: { url },
  });
}

function checkUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed !== undefined && ['http:', 'https:'].includes(parsed.protocol)) return parsed;
  throw assetError('E_DOWNLOAD', { what: `${url} is no http or https address` });
}
