import { followText, type FileFollower } from '../platform/follow-text.ts';

/** What a machine says on its serial port, as plain lines. */
export interface SerialConsole extends FileFollower {
  /** the lines so far that are not empty, the unfinished last one included */
  lines(): readonly string[];
}

/** Follows the file that QEMU writes a serial port to; `onLine` gets every line that has something to say. */
export function followSerial(path: string, onLine: (line: string) => void): SerialConsole {
  const lines: string[] = [];
  let rest = '';
  const say = (raw: string): void => {
    const line = raw.trim();
    // firmware that redraws its screen sends the same line over and over
    if (line === '' || line === lines.at(-1)) return;
    lines.push(line);
    if (lines.length > 20_000) lines.splice(0, 10_000);
    onLine(line);
  };
  const follower = followText(path, (text) => {
    const parts = (rest + text).split(/[\r\n]+/);
    rest = parts.pop() ?? '';
    // an escape sequence that was cut in two is completed by the next piece, since it stays in `rest`
    for (const part of parts) for (const line of plainLines(part)) say(line);
  });
  return {
    lines: () => [...lines, ...plainLines(rest).filter((line) => line.trim() !== '')],
    stop: async () => {
      await follower.stop();
      for (const line of plainLines(rest)) say(line);
      rest = '';
    },
  };
}

/** Terminal output without its control sequences; one that moves the cursor begins a new line. */
export function plainLines(text: string): string[] {
  return text
    .replace(/\x1b\[[\d;]*[Hf]/g, '\n')
    .replace(/\x1b(?:\[[\d;?=]*[ -/]*[@-~]|[()][A-Z0-9]|[=>cM78])/g, '')
    .replace(/[\0\x07\x08]/g, '')
    .split('\n');
}
