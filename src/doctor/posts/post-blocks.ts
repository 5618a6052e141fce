/** Lines of a post that belong together; `from` is the index of the first. */
export interface PostBlock {
  readonly from: number;
  readonly lines: readonly string[];
  /** it was marked as something that was pasted: between fences of Markdown or tags of a forum */
  readonly isMarked: boolean;
}

const FENCE = /^\s*(`{3,}|~{3,})/;
const OPEN_TAG = /^\s*\[code[^\]]*\]/i;
const CLOSE_TAG = /\[\/code\]/i;

/** Takes a text apart at fences, tags and empty lines: what is marked stays whole, the rest is in paragraphs. */
export function blocksOf(lines: readonly string[]): readonly PostBlock[] {
  const blocks: PostBlock[] = [];
  let from = 0;
  let current: string[] = [];
  const close = (isMarked: boolean): void => {
    if (current.some((line) => line.trim() !== '')) blocks.push({ from, lines: current, isMarked });
    current = [];
  };
  const add = (line: string, index: number): void => {
    if (current.length === 0) from = index;
    current.push(line);
  };
  let end: RegExp | undefined;
  lines.forEach((line, index) => {
    if (end?.test(line) === true) {
      const before = line.slice(0, line.search(end));
      if (before.trim() !== '') add(before, index);
      end = undefined;
      return close(true);
    }
    if (end) return add(line, index);
    const fence = FENCE.exec(line)?.[1];
    const tag = OPEN_TAG.exec(line)?.[0];
    if (fence === undefined && tag === undefined) return line.trim() === '' ? close(false) : add(line, index);
    close(false);
    const rest = tag === undefined ? '' : line.slice(tag.length);
    if (tag !== undefined && CLOSE_TAG.test(rest)) {
      add(rest.replace(CLOSE_TAG, ''), index);
      return close(true);
    }
    if (rest.trim() !== '') add(rest, index);
    end = fence === undefined ? CLOSE_TAG : new RegExp(`^\\s*${fence}\\s*$`);
  });
  close(end !== undefined);
  return blocks;
}
