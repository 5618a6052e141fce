import { nearestWord } from '../../model/nearest-word.ts';
import { KICKSTART_COMMANDS } from './kickstart-commands.ts';
import { fatal, gap, type SeedProblem } from './seed-problem.ts';

/** https://pykickstart.readthedocs.io/en/latest/kickstart-docs.html, chapters 3 to 8 */
const SECTIONS = [
  ...['%packages', '%pre', '%pre-install', '%post', '%onerror', '%traceback', '%addon', '%anaconda'],
  '%certificate',
];
/** Lines with % that open nothing. */
const DIRECTIVES = ['%include', '%ksappend', '%end'];

/** Reads a kickstart's commands and sections; what stands in scripts is the shell's. */
export function checkKickstart(text: string): readonly SeedProblem[] {
  const problems: SeedProblem[] = [];
  let open: { readonly name: string; readonly line: number } | undefined;
  if (text.includes('\r\n')) {
    problems.push(gap('its lines end as on Windows (CR LF): shells in %pre and %post stumble over that'));
  }
  for (const [index, raw] of text.split('\n').entries()) {
    const at = { line: index + 1, column: 1 };
    const word = /^\S+/.exec(raw)?.[0] ?? '';
    if (word === '%end') {
      if (open === undefined) problems.push(fatal('%end, and no section is open', at));
      open = undefined;
    } else if (open !== undefined) {
      // a shell line may begin with anything; a section that begins here forgot the end of the one before
      if (!SECTIONS.includes(word)) continue;
      problems.push(fatal(`${word} begins, and ${open.name} of line ${open.line} has no %end`, at));
      open = { name: word, line: at.line };
    } else if (SECTIONS.includes(word)) open = { name: word, line: at.line };
    else if (word.startsWith('%') && !DIRECTIVES.includes(word)) {
      problems.push(fatal(`there is no section ${word}${didYouMean(word, SECTIONS)}`, at));
    } else if (/^[a-z]/i.test(word) && !KICKSTART_COMMANDS.has(word)) {
      const meant = didYouMean(word, [...KICKSTART_COMMANDS]);
      // newer releases have commands that are not known here: only what looks mistyped is told
      if (meant !== '') problems.push(gap(`there is no command ${word}${meant}`, at));
    }
  }
  if (open !== undefined) {
    problems.push(fatal(`${open.name} has no %end`, { line: open.line, column: 1 }));
  }
  return problems;
}

function didYouMean(word: string, known: readonly string[]): string {
  const near = nearestWord(word, known);
  return near === undefined ? '' : `; did you mean ${near}?`;
}
