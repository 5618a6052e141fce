import { readFileSync } from 'node:fs';
import type { Output } from '../output.ts';

export interface ViewChoice {
  readonly isJson: boolean;
  /** --plain */
  readonly isPlain: boolean;
}

/** Whether somebody sits in front of a terminal that can show rows; everything else gets plain lines. */
export function canShowView({ options }: Pick<Output, 'options'>, { isJson, isPlain }: ViewChoice): boolean {
  if (isJson || isPlain || options.isQuiet) return false;
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY && process.stderr.isTTY;
  return isTerminal && (process.env['TERM'] ?? 'dumb') !== 'dumb' && isInForeground();
}

/** proc(5): whoever changes a terminal from the background (`pxectl up &`) is stopped. True where nothing says so. */
export function isInForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    // the name of the program may hold spaces and brackets
    const [, , , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 1).split(' ');
    return group === foreground;
  } catch {
    return true;
  }
}
