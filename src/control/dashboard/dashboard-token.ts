import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readTextIfThere, writeFileAtomic } from '../../platform/files.ts';

/** 128 bits. */
const TOKEN_BYTES = 16;
const WRITTEN = /^[\w-]{22}$/;
/** A browser keeps its cookie no longer; 400 days is the most that browsers take. */
const MAX_AGE_SECONDS = 400 * 24 * 3600;

/** What whoever may change things knows; a file of its user, so that it is the same after a restart. */
export class DashboardToken {
  readonly #cookieValue: string;

  constructor(readonly text: string) {
    // not the token itself, and of this start alone: while nobody serves, whoever takes the port is handed what browsers keep
    this.#cookieValue = createHmac('sha256', text).update(randomBytes(TOKEN_BYTES)).digest('base64url');
  }

  isToken(given: string): boolean {
    return isSame(given, this.text);
  }

  /** Whether the `Cookie` header has the one that was given for the token. */
  isInCookies(header: string | undefined, port: number): boolean {
    const start = `${cookieName(port)}=`;
    return (header ?? '')
      .split(/;\s*/)
      .some((pair) => pair.startsWith(start) && isSame(pair.slice(start.length), this.#cookieValue));
  }

  setCookie(port: number): string {
    return `${cookieName(port)}=${this.#cookieValue}; Path=/ui/; HttpOnly; SameSite=Strict; Max-Age=${MAX_AGE_SECONDS}`;
  }
}

/** Takes it back from a browser. */
export const forgetCookie = (port: number): string =>
  `${cookieName(port)}=; Path=/ui/; HttpOnly; SameSite=Strict; Max-Age=0`;

/** Cookies know no ports: each pxectl of a computer has a name of its own. */
const cookieName = (port: number): string => `pxectl-${port}`;

/** What is in the file; a new one where there is none, or it holds something else. */
export async function dashboardToken(path: string): Promise<DashboardToken> {
  const written = (await readTextIfThere(path))?.trim() ?? '';
  if (WRITTEN.test(written)) return new DashboardToken(written);
  const text = randomBytes(TOKEN_BYTES).toString('base64url');
  await writeFileAtomic(path, `${text}\n`, 0o600);
  return new DashboardToken(text);
}

/** In a time that tells nothing of where they differ. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
