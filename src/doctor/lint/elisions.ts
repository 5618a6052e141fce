/** A line that stands for others, which whoever shows the file left out: no fault of the file. */
const ELISION =
  /^(?:\.{3,}|…|[[(<{] ?(?:\.{3,}|…|snip|cut|omitted) ?[\])>}]|[-=~]{0,10} ?snip ?[-=~]{0,10})$/i;

export function isElision(line: string): boolean {
  return ELISION.test(line.trim());
}

/** Numbers of such lines, 1 for the first. */
export function elidedLines(text: string): readonly number[] {
  return text.split(/\r?\n/).flatMap((line, index) => (isElision(line) ? [index + 1] : []));
}

/** The text without them; the other lines keep their places. */
export function withoutElisions(text: string): string {
  return text.replace(/^.*$/gm, (line) => (isElision(line) ? '' : line));
}

/** What such lines are called. */
export const LEFT_OUT = 'lines that stand for others, which were left out';
