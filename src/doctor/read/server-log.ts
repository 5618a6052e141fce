import { observeLines } from './observe-lines.ts';

/** How much of it a boot server wrote: a screen may quote a line of one. */
export function isServerLog(lines: readonly string[]): 'mostly' | 'partly' | 'no' {
  const { source, readCount, passedOver = [] } = observeLines(lines);
  const unread = passedOver.reduce((sum, { count }) => sum + count, 0);
  if (source !== undefined && unread < readCount / 2) return 'mostly';
  return source !== undefined || passedOver.some(({ what }) => !what.endsWith('of other programs'))
    ? 'partly'
    : 'no';
}
