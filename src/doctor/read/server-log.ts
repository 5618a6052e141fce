import { observeLines } from './observe-lines.ts';

/** What a terminal shows around a log: the command at its prompt, what its pager says, and marks of what was left out. */
const OF_TERMINAL = /^\s*(?:\[?(?:\.{3}|…)\]?$|lines \d+-\d+(?:\/\d+)?(?: \(END\))?$|[\w.-]+@[\w.-]+[:~])/;

/** How much of it a boot server wrote: a screen may quote a line of one. */
export function isServerLog(lines: readonly string[]): 'mostly' | 'partly' | 'no' {
  const {
    source,
    readCount,
    passedOver = [],
  } = observeLines(lines.filter((line) => !OF_TERMINAL.test(line)));
  const unread = passedOver.reduce((sum, { count }) => sum + count, 0);
  if (source !== undefined && unread < readCount / 2) return 'mostly';
  return source !== undefined || passedOver.some(({ what }) => !what.endsWith('of other programs'))
    ? 'partly'
    : 'no';
}
