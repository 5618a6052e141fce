import { followText, type FileFollower, type FollowOptions } from './follow-text.ts';

const MAX_LINE_CHARACTERS = 64 * 1024;

/** As `followText`, line by line without line ends; an unfinished last line comes when following stops. */
export function followLog(
  path: string,
  onLine: (line: string) => void,
  options: FollowOptions = {},
): FileFollower {
  let rest = '';
  let isInCutLine = false;
  const takeLine = (line: string): void => {
    try {
      if (!isInCutLine) onLine(line);
    } catch {
      // a line that cannot be handled costs itself and no other
    }
    isInCutLine = false;
  };
  const takeText = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(-MAX_LINE_CHARACTERS);
    lines.forEach(takeLine);
  };
  const follower = followText(path, takeText, options, (isInLine) => {
    rest = '';
    isInCutLine = isInLine;
  });
  return {
    stop: async () => {
      await follower.stop();
      if (rest !== '') takeLine(rest);
      rest = '';
    },
  };
}
