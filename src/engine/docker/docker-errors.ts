import { engineError, environmentError, messageOf, PxectlError } from '../../model/errors.ts';

/** The HTTP status of an error of the Docker API. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null | undefined)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

/** Whether the Engine says that there is no such container or image. */
export const isNotFound = (error: unknown): boolean => statusOf(error) === 404;

/** The Engine's own words, without dockerode's prefix. */
export function dockerWords(error: unknown): string {
  const json = (error as { json?: { message?: unknown } } | null | undefined)?.json;
  const words = typeof json?.message === 'string' ? json.message : messageOf(error);
  return words.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
}

/** Turns what the Engine refused into an error for the user. */
export function dockerError(error: unknown, what: string): PxectlError {
  if (error instanceof PxectlError) return error;
  const why = dockerWords(error);
  if (/no space left on device/i.test(why)) {
    return environmentError('E_DISK_FULL', {
      what: `${what}: the disk of the Docker Engine is full`,
      why,
      next: 'docker system df shows what takes the space; make room, then pxectl up',
      cause: error,
    });
  }
  return engineError('E_ENGINE_START', {
    what,
    why,
    next: 'pxectl up --engine dnsmasq or --engine builtin do without Docker',
    cause: error,
  });
}
