import { PxectlError } from '../model/errors.ts';
import type { RemoteImage } from './catalogue/remote-image.ts';
import { parseContentRange } from './download/content-range.ts';
import { openHttpClient, type HttpClient } from './download/http-client.ts';
import type { FetchContext, FetchOptions } from './fetch-types.ts';
import { findImage } from './find-image.ts';
import { timeoutSignal } from '../platform/timeout-signal.ts';

/** A file that would be downloaded. */
export interface RemoteFileSize {
  /** the one that would be asked: a mirror is named as that */
  readonly address: string;
  /** undefined where its server does not say */
  readonly sizeBytes: number | undefined;
}

/** Whoever waits for a dry run wants to know soon. */
const PATIENCE_MS = 5_000;

/**
 * Asks where an image of the catalogue is now, and how much would be downloaded. Nothing is stored, no key neither: what is
 * fetched later is verified then.
 * @returns why nobody could say, in words, where that is so
 */
export async function askRemote(
  image: RemoteImage,
  options: FetchOptions,
  context: Omit<FetchContext, 'progress'>,
): Promise<readonly RemoteFileSize[] | string> {
  const deadline = timeoutSignal(PATIENCE_MS);
  const client = await openImpatient(options, [deadline, context.signal]);
  try {
    const unverified = { ...options, isVerificationSkipped: true };
    const silent = { ...context, progress: () => undefined };
    const { files } = await findImage(image, { client, options: unverified, context: silent }, []);
    const ask = async ({ place, name }: { readonly place: string; readonly name: string }) => ({
      address: client.askedAddress(place + name),
      sizeBytes: await sizeAt(client, place + name),
    });
    return await Promise.all(files.map(ask));
  } catch (error) {
    if (context.signal?.aborted !== true && deadline.aborted) return `no answer in ${PATIENCE_MS / 1000} s`;
    if (!(error instanceof PxectlError)) throw error;
    return error.message;
  } finally {
    await client.close();
  }
}

/** How much is at an address; undefined where nobody says. */
export async function askSize(
  url: string,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<number | undefined> {
  const client = await openImpatient(options, [timeoutSignal(PATIENCE_MS), signal]);
  try {
    return await sizeAt(client, url);
  } finally {
    await client.close();
  }
}

function openImpatient(
  { mirrors = {}, isOffline = false }: FetchOptions,
  signals: readonly (AbortSignal | undefined)[],
): Promise<HttpClient> {
  const signal = AbortSignal.any(signals.filter((one) => one !== undefined));
  return openHttpClient({ stallTimeoutMs: PATIENCE_MS, retryPauseMs: 50, mirrors, isOffline, signal });
}

async function sizeAt(client: HttpClient, url: string): Promise<number | undefined> {
  try {
    const answer = await client.get(url, { range: 'bytes=0-0' }, { isVouched: true });
    answer.body.destroy();
    const length = answer.status === 200 ? answer.header('content-length') : undefined;
    if (length !== undefined && /^\d+$/.test(length)) return Number(length);
    return parseContentRange(answer.header('content-range'))?.totalBytes;
  } catch (error) {
    // a server that says nothing in time says no size
    if (client.options.signal?.aborted !== true && !(error instanceof PxectlError)) throw error;
    return undefined;
  }
}
