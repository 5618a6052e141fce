import type { FetchContext } from './fetch-types.ts';
import type { LockOptions } from '../platform/file-lock.ts';

/** How a fetch waits for another pxectl: it says so, and ^C ends it. */
export function lockWait(subject: string, { progress, signal }: FetchContext): LockOptions {
  return {
    ...(signal === undefined ? {} : { signal }),
    onWaiting: (pid) =>
      progress({ type: 'step', subject, text: `another pxectl (process ${pid}) works on it: waiting` }),
  };
}
