import type { IncomingHttpHeaders } from 'node:http';

/** What of a request decides whether it is looked at. */
export interface GuardedRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** a page that somebody opens; anything else is asked by pages that are open */
  readonly isPage: boolean;
}

export interface Refusal {
  readonly status: 403 | 415;
  readonly why: string;
}

const OWN_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses what a page of somebody else has a browser ask. A name that was made to lead here (DNS rebinding) shows in `Host`; the
 * port may be another, as a tunnel has one of its own. Reading is kept from others by the browser, which is told `same-origin`
 * besides; a change must come from a page that was loaded from the same name and port (`Origin`), since cookies know no ports.
 * @param names of this server beside those of every computer itself
 */
export function refusalOf(request: GuardedRequest, names: readonly string[]): Refusal | undefined {
  const { headers, method, isPage } = request;
  const host = headers.host ?? '';
  const name = host.toLowerCase().replace(/:\d{1,5}$/, '');
  if (!OWN_NAMES.includes(name) && !names.includes(name)) {
    return { status: 403, why: 'ask for the dashboard by its address, or by a name of dashboard.names' };
  }
  const site = headers['sec-fetch-site'] ?? 'none';
  // a link from elsewhere leads here; nothing else does
  if (!isPage && site !== 'same-origin' && site !== 'none') return foreign;
  if (method !== 'POST') return undefined;
  if (originHost(headers.origin) !== host.toLowerCase() || (site !== 'same-origin' && site !== 'none'))
    return foreign;
  const type = headers['content-type'] ?? '';
  return /^application\/json(?:;|$)/i.test(type) ? undefined : { status: 415, why: 'JSON alone is taken' };
}

const foreign: Refusal = { status: 403, why: 'that was asked by a page of another server' };

/** `http://127.0.0.1:8080` → `127.0.0.1:8080`; a proxy with TLS before this server has the same name and port. */
function originHost(origin: string | undefined): string | undefined {
  return origin !== undefined && URL.canParse(origin) ? new URL(origin).host : undefined;
}
