import { messageOf, systemCodeOf } from '../model/errors.ts';
import { EXIT } from './exit-codes.ts';

const lost = new AbortController();
let isWriteFailed = false;

/** Aborted when nobody reads stdout any more (`pxectl watch | head`), or when it cannot be written. */
export const readerLost: AbortSignal = lost.signal;

/** The exit code of a command whose output could not be written, else `exitCode`. */
export function exitCodeOfOutput(exitCode: number): number {
  return isWriteFailed ? EXIT.environment : exitCode;
}

/** Without these listeners Node ends with a stack, and leaves running what the command would have stopped. */
export function listenForLostReaders(): void {
  // progress that nobody reads is no reason to stop serving
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error) => {
    if (systemCodeOf(error) !== 'EPIPE' && !isWriteFailed) {
      isWriteFailed = true;
      process.exitCode = EXIT.environment;
      process.stderr.write(`error: the output cannot be written\n  why:  ${messageOf(error)}\n`);
    }
    lost.abort();
  });
}
