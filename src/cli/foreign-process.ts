import { environmentError, systemCodeOf } from '../model/errors.ts';

/**
 * Makes sure that this user may end the process of a pxectl. `command` is what to run as its owner.
 * @throws PxectlError E_PRIVILEGE when it belongs to somebody else
 */
export function refuseForeignProcess(pid: number, command: string): void {
  try {
    process.kill(pid, 0);
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
