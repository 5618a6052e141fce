import type { SessionRecord } from '../engine/session-record.ts';
import { environmentError, systemCodeOf } from '../model/errors.ts';

/**
 * Sends a signal to the running pxectl; 0 only asks whether that is allowed. `command` is what to run as its owner.
 * @throws PxectlError E_PRIVILEGE when it belongs to somebody else
 */
export function signalSession(session: SessionRecord, signal: 'SIGHUP' | 0, command: string): void {
  const { pid } = session.process;
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemCodeOf(error) === 'ESRCH') return;
    throw environmentError('E_PRIVILEGE', {
      what: `the running pxectl (pid ${pid}) belongs to another user`,
      why: 'only that user and root may signal it',
      next: `sudo ${command}`,
      cause: error,
    });
  }
}
