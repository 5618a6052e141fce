import type { Readable } from 'node:stream';
import { assetError, PxectlError } from '../../model/errors.ts';
import { formatBytes, formatDuration } from '../../model/units.ts';
import { connectionError, offlineError, redirectError, statusError } from './http-errors.ts';
import { askedAddress, throughMirror, withoutPassword } from './mirrors.ts';
import { proxyInWords, readProxies } from './proxies.ts';
import { beginsAsPage, pageInstead } from './web-page.ts';

export interface HttpClientOptions {
  readonly mirrors?: Readonly<Record<string, string>>;
  readonly isOffline?: boolean;
  readonly signal?: AbortSignal;
  /** how long a server may stay silent, before and within an answer; default 30 s */
  readonly stallTimeoutMs?: number;
  /** how long a small file may come more slowly than {@link LEAST_BYTES_PER_SECOND}; default 60 s */
  readonly slowMs?: number;
  /** pause before the second attempt, doubled for each further one; default 500 ms */
  readonly retryPauseMs?: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** where the answer came from, after mirrors and redirects; for people */
  readonly url: string;
  header(name: string): string | undefined;
  readonly body: Readable;
}

export interface BytesTrust {
  /** a signature or a known hash vouches for the bytes: how they come does not matter */
  readonly isVouched: boolean;
}

/** GET over HTTP(S), through mirrors and the proxies of the environment, with bounded redirects and silence. */
export interface HttpClient {
  readonly options: HttpClientOptions;
  /**
   * Sends one GET. A redirect from https to http is refused unless the bytes are vouched for. Any status below 300 and 416 comes back as an answer whose body must be read or destroyed.
   * @throws PxectlError E_OFFLINE, E_NOT_FOUND (404, 410), E_DOWNLOAD; `isRetryable` tells which may pass
   */
  get(url: string, headers?: Readonly<Record<string, string>>, trust?: BytesTrust): Promise<HttpAnswer>;
  /** a small file as bytes, tried again where it makes sense; refused when longer than `maxBytes` */
  getBytes(url: string, maxBytes: number, trust?: BytesTrust): Promise<Uint8Array>;
  /** the address that is really asked, for people: a mirror is named as that */
  askedAddress(url: string): string;
  close(): Promise<void>;
}

const MAX_REDIRECTS = 8;
const DEFAULT_STALL_MS = 30_000;
const SMALL_FILE_ATTEMPTS = 4;
const DEFAULT_SLOW_MS = 60_000;
/** Who sends a byte now and then is never silent, and never done: a modem is quicker. */
const LEAST_BYTES_PER_SECOND = 4_096;

/** Opens a client. undici is loaded here and not before: it costs 80 ms of start-up. */
export async function openHttpClient(options: HttpClientOptions = {}): Promise<HttpClient> {
  // a package in CommonJS: of a bundle it has its default alone
  const { EnvHttpProxyAgent, request } = (await import('undici')).default;
  const silenceMs = options.stallTimeoutMs ?? DEFAULT_STALL_MS;
  const proxies = readProxies();
  const dispatcher = new EnvHttpProxyAgent({
    ...proxies,
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    // most proxies allow CONNECT to port 443 only: plain HTTP is forwarded, https is tunnelled
    proxyTunnel: false,
    connect: { timeout: Math.min(silenceMs, 15_000) },
  });

  const get: HttpClient['get'] = async (original, headers = {}, trust = { isVouched: false }) => {
    let url = throughMirror(original, options.mirrors);
    if (options.isOffline === true) throw offlineError(askedAddress(original, options.mirrors));
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      options.signal?.throwIfAborted();
      const name = hop === 0 ? askedAddress(original, options.mirrors) : withoutPassword(url);
      if (!isHttpUrl(url))
        throw redirectError(askedAddress(original, options.mirrors), `${url} is no http or https address`);
      const answer = await request(url, {
        dispatcher,
        headers: { 'user-agent': 'pxectl', 'accept-encoding': 'identity', ...headers },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      }).catch((error: unknown) => {
        throw connectionError(error, name, options.signal, proxyInWords(url, proxies));
      });
      const header = (name: string): string | undefined => [answer.headers[name]].flat()[0];
      const location = header('location');
      if (answer.statusCode >= 300 && answer.statusCode < 400 && location !== undefined) {
        leave(answer.body);
        const target = redirectTarget(url, location, trust);
        url = throughMirror(target, options.mirrors);
        continue;
      }
      if (answer.statusCode >= 300 && answer.statusCode !== 416) {
        leave(answer.body);
        throw statusError(answer.statusCode, name, proxyInWords(url, proxies));
      }
      // destroying a body that nobody reads any more must not end the process; readers still see their errors
      answer.body.on('error', () => undefined);
      return { status: answer.statusCode, url: name, header, body: answer.body };
    }
    throw redirectError(
      askedAddress(original, options.mirrors),
      `it is redirected in a circle: ${MAX_REDIRECTS} times and on to ${url}`,
    );
  };

  return {
    options,
    get,
    getBytes: (url, maxBytes, trust) =>
      withRetries(SMALL_FILE_ATTEMPTS, options, () =>
        readSmall(() => get(url, {}, trust), maxBytes, options),
      ),
    askedAddress: (url) => askedAddress(url, options.mirrors),
    close: () => dispatcher.close(),
  };
}

/**
 * Where a redirect leads.
 * @throws PxectlError E_DOWNLOAD from https to http, unless a signature or hash vouches for the bytes
 */
export function redirectTarget(url: string, location: string, trust: BytesTrust): string {
  const target = URL.canParse(location, url) ? new URL(location, url).href : location;
  if (trust.isVouched || !url.startsWith('https:') || !target.startsWith('http:')) return target;
  throw redirectError(url, `it sends on to ${target}: anyone on that way could change the bytes`);
}

/** A body that nobody reads: it may never end. */
function leave(body: Readable): void {
  body.on('error', () => undefined).destroy();
}

async function readSmall(
  get: () => Promise<HttpAnswer>,
  maxBytes: number,
  { signal, slowMs = DEFAULT_SLOW_MS }: HttpClientOptions,
): Promise<Uint8Array> {
  const answer = await get();
  const startedMs = performance.now();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) break;
      chunks.push(chunk);
      const tookMs = performance.now() - startedMs;
      if (tookMs > slowMs + (length / LEAST_BYTES_PER_SECOND) * 1000)
        throw tooSlow(answer.url, length, tookMs);
    }
  } catch (error) {
    throw connectionError(error, answer.url, signal);
  }
  if (length > maxBytes) {
    throw assetError('E_DOWNLOAD', {
      what: `${answer.url} is not what it should be`,
      why: `it is larger than the ${maxBytes} bytes that it may have`,
      next: 'name another mirror: --mirror PREFIX=URL',
    });
  }
  const bytes = Buffer.concat(chunks);
  if (beginsAsPage(bytes)) throw pageInstead(answer.url);
  return bytes;
}

const tooSlow = (url: string, bytes: number, tookMs: number): PxectlError =>
  assetError('E_DOWNLOAD', {
    what: `${url} was given up`,
    why: `${formatBytes(bytes)} came in ${formatDuration(tookMs)}`,
    next: 'name another mirror: --mirror PREFIX=URL',
  });

function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
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
