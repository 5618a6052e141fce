import { followText, type FileFollower, type FollowOptions } from './follow-text.ts';

const MAX_LINE_CHARACTERS = 64 * 1024;

/** As `followText`, line by line without line ends; an unfinished last line comes when following stops. */
export function followLog(
  path: string,
  onLine: (line: string) => void,
  options: FollowOptions = {},
): FileFollower {
  let rest = '';
  const takeText = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(-MAX_LINE_CHARACTERS);
    for (const line of lines) onLine(line);
  };
  const follower = followText(path, takeText, options, () => (rest = ''));
  return {
    stop: async () => {
      await follower.stop();
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
