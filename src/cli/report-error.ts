import { errorAddress } from '../model/documentation.ts';
import { PxectlError } from '../model/errors.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { Output } from './output.ts';

/** Anything that is no error of ours. */
const BUG = 'E_BUG';

/** The last line of an error: its code, and where more is said about it. */
export const moreAbout = (code: string): string => `  more: ${code}, ${errorAddress(code)}`;

/**
 * Shows what was thrown: one line what, one line why, the next command to run. A stack only with --verbose.
 * Returns the exit code.
 */
export function reportError(error: unknown, output: Output, isJson: boolean): number {
  if (error instanceof PxectlError) {
    const { code, message, why, next, details } = error;
    const docs = errorAddress(code);
    if (isJson) output.json({ schema: 'pxectl.error/1', error: { code, message, why, next, docs, details } });
    output.error(`${output.colors.red('error')}: ${message}`);
    if (why !== undefined) output.error(`  why:  ${underEachOther(why)}`);
    if (next !== undefined) output.error(`  next: ${underEachOther(next)}`);
    output.error(moreAbout(code));
    if (output.options.isVerbose) output.error(stackOf(error));
    return exitCodeOf(error.kind);
  }
  const message = error instanceof Error ? error.message : String(error);
  const docs = errorAddress(BUG);
  if (isJson) output.json({ schema: 'pxectl.error/1', error: { code: BUG, message, docs } });
  output.error(`${output.colors.red('bug in pxectl')}: ${message}`);
  output.error('  next: run the same command with --verbose and report what it prints');
  output.error(moreAbout(BUG));
  if (output.options.isVerbose) output.error(stackOf(error));
  return EXIT.bug;
}

/** Further lines begin where the first one does. */
const underEachOther = (text: string): string => text.replaceAll('\n', '\n        ');

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
