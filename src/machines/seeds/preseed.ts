import { nearestWord } from '../../model/nearest-word.ts';
import { fatal, gap, type SeedProblem } from './seed-problem.ts';

/** debconf-devel(7), and `seen`, which sets a flag. */
const TYPES = [
  ...['string', 'boolean', 'select', 'multiselect', 'note', 'text', 'password', 'title', 'error', 'entropy'],
  'seen',
];

/**
 * Reads a preseed as the Debian installer does (its /bin/debconf-set-selections): a comment begins in the first column,
 * and a line that has no owner, question and type stops the installation at an error box.
 */
export function checkPreseed(text: string): readonly SeedProblem[] {
  const problems: SeedProblem[] = [];
  let answer = '';
  let start = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replaceAll('\r', '').trimStart();
    if (raw.startsWith('#') || line === '') continue;
    if (answer === '') start = index + 1;
    answer += ` ${line.endsWith('\\') ? line.slice(0, -1).trimEnd() : line}`;
    if (line.endsWith('\\')) continue;
    problems.push(...checkAnswer(answer.trim(), start));
    answer = '';
  }
  const at = { line: start, column: 1 };
  if (answer !== '') problems.push(gap('this answer ends in \\ and never goes on: it is left out', at));
  return problems;
}

function checkAnswer(answer: string, line: number): readonly SeedProblem[] {
  const at = { line, column: 1 };
  const [, , type = ''] = answer.split(/\s+/);
  if (type === '') {
    const why = answer.startsWith('#')
      ? 'a comment must begin in the first column'
      : 'an answer is: OWNER QUESTION TYPE VALUE';
    return [fatal(`the installer stops at this line: ${why}`, at)];
  }
  if (answer.startsWith('#') || TYPES.includes(type)) return [];
  const near = nearestWord(type, TYPES);
  return near === undefined ? [] : [gap(`there is no type ${type}; did you mean ${near}?`, at)];
}
