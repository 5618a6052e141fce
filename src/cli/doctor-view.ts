import type { ExplainedCause, Explanation } from '../doctor/explain.ts';
import { fixTexts } from '../doctor/mend/fix-steps.ts';
import { renderFindings, summarise } from '../doctor/report.ts';
import type { DoctorResult, ToldScreen } from '../doctor/doctor-result.ts';
import type { Reading } from '../model/verdict.ts';
import type { Output } from './output.ts';

const DEFAULT_WIDTH = 100;
type ToldLine = ToldScreen['lines'][number];
/** Findings that fit on one screen. */
const SHOWN_FINDINGS = 5;
const SHOWN_MEANINGS = 2;
const SHOWN_CAUSES = 5;
const MAX_FIX_LINES = 5;

/** Prints what doctor found: meanings of the text first, then checks, then findings, worst first. */
export function printDoctor(result: DoctorResult, output: Output): void {
  const { colors } = output;
  const width = Math.min(process.stdout.columns || DEFAULT_WIDTH, 120);
  for (const reading of result.readings) printReading(reading, output);
  for (const note of result.notes) output.data(colors.dim(note));
  printKnown(result, output);
  // asked about a text, doctor answers about that text
  if (result.isKnown === undefined) printChecks(result, output);
  for (const walk of result.probe) {
    output.data(`${colors.bold(walk.client.name)}`);
    for (const step of walk.steps) output.data(`    ${step}`);
  }
  const findings = result.findings;
  if (findings.length > 0) {
    output.data('');
    const style = {
      bold: colors.bold,
      dim: colors.dim,
      red: colors.red,
      yellow: colors.yellow,
      green: colors.green,
    };
    output.data(renderFindings(findings, { width, style, maxFindings: SHOWN_FINDINGS }));
  }
  for (const file of result.written) output.data(`\nwritten: ${file}`);
  if (result.isKnown === undefined || findings.length > 0) {
    const unchecked = result.checks.filter((check) => check.status === 'not-checked').length;
    const hasLooked = result.readings.length > 0 || result.checks.length > unchecked;
    const more = unchecked === 0 ? '' : `; ${unchecked} check${unchecked === 1 ? '' : 's'} not made`;
    // what nobody looked at is not well
    const summary = hasLooked
      ? `${summarise(findings, result.verdict)}${more}`
      : 'nothing could be checked here';
    const color =
      result.verdict === 'ill' ? colors.red : result.ok && hasLooked ? colors.green : colors.yellow;
    output.data(`\n${color(summary)}`);
  } else if (result.isKnown && result.screen !== undefined && result.verdict === 'not-understood')
    output.data(`\n${colors.yellow(summarise(findings, result.verdict))}`);
}

/** What was read, what of it was passed over, why no more is said, and what would help. */
function printReading(reading: Reading, output: Output): void {
  const { colors } = output;
  output.data(colors.dim(`read ${reading.source} (${reading.kind}): ${reading.read}`));
  for (const { what, count, at, example, matters } of reading.passedOver) {
    const text = `passed over ${count} ${what} (line${count === 1 ? '' : 's'} ${at}), for example: ${example}`;
    output.data(matters ? colors.yellow(text) : colors.dim(text));
  }
  if (reading.verdict === 'healthy') return;
  for (const limit of reading.limits) output.data(colors.yellow(`not known: ${limit}`));
  if (reading.verdict === 'ill') return;
  for (const step of reading.advice) output.data(`would help: ${step}`);
}

function printChecks(result: DoctorResult, output: Output): void {
  const { colors } = output;
  const marks = { ok: colors.green('✔'), found: colors.red('✖'), 'not-checked': colors.yellow('?') };
  for (const check of result.checks) {
    const detail = check.status === 'not-checked' ? `not checked: ${check.detail}` : check.detail;
    output.data(`${marks[check.status]} ${check.title.padEnd(43)} ${colors.dim(detail)}`);
  }
}

function printKnown(result: DoctorResult, output: Output): void {
  const { colors } = output;
  if (result.isKnown === false) {
    output.data('doctor does not know this text.');
    if (result.known.length > 0) output.data('The nearest that it knows:');
    for (const entry of result.known) output.data(`  ${entry.text}   ${colors.dim(entry.printedBy)}`);
    output.data('Better than any text: pxectl doctor --log FILE, --pcap FILE or --probe');
    return;
  }
  printScreen(result.screen, output);
  const shown = result.known.slice(0, SHOWN_MEANINGS);
  shown.forEach((entry, index) => {
    if (index > 0) output.data('');
    printExplanation(entry, output);
  });
  const rest = result.known.slice(SHOWN_MEANINGS);
  if (rest.length > 0) output.data(`\nalso: ${rest.map((entry) => entry.text).join(' · ')}`);
}

const PART_WORDS: Readonly<Record<ToldLine['part'], string>> = {
  proof: 'worked',
  harmless: 'normal',
  sign: 'tells',
  overcome: 'overcome',
  cause: 'stopped here',
  consequence: 'follows',
  last: 'came so far',
  'other-try': 'other try',
};
const MAX_SCREEN_TEXT = 60;

/** The screen as a story: every understood line with what it says of the boot. */
function printScreen(screen: DoctorResult['screen'], output: Output): void {
  const { colors } = output;
  if (screen === undefined) return;
  for (const { line, text, part, meaning, note } of screen.lines) {
    const bounded = text.length > MAX_SCREEN_TEXT ? `${text.slice(0, MAX_SCREEN_TEXT - 1)}…` : text;
    const paint = part === 'cause' ? colors.red : colors.dim;
    output.data(`${String(line).padStart(3)} ${paint(PART_WORDS[part].padEnd(12))} ${bounded}`);
    if ((part === 'harmless' || part === 'sign') && meaning !== '')
      output.data(colors.dim(`${' '.repeat(17)}${meaning}`));
    if (note !== undefined) output.data(`${' '.repeat(17)}${note}`);
  }
  const { unknownLines } = screen;
  if (unknownLines > 0)
    output.data(colors.dim(`${unknownLines} line${unknownLines === 1 ? '' : 's'} not understood`));
  output.data('');
}

function printExplanation(entry: Explanation, output: Output): void {
  const { colors } = output;
  output.data(`${colors.bold(entry.text)}   ${colors.dim(entry.printedBy)}`);
  output.data(`  ${entry.meaning}`);
  const shown = entry.causes.slice(0, SHOWN_CAUSES);
  shown.forEach((cause, index) => {
    output.data(`\n  ${index + 1}. ${cause.text}`);
    if (cause.tell) output.data(`     when ${cause.tell}`);
    output.data(`     ${statusText(cause, output)}`);
    // the whole fix for what is so here, or is the likeliest; the others have it in --json and in the docs
    const isMain =
      ['found-here', 'on-screen'].includes(cause.status) ||
      (index === 0 && cause.status !== 'not-found-here');
    const { steps, restCount } = wholeMends(cause, isMain ? MAX_FIX_LINES : 1);
    for (const step of steps) output.data(`     ${colors.dim('fix')} ${step}`);
    if (restCount > 0) output.data(colors.dim(`         … and ${restCount} more: --json shows all`));
  });
  const rest = entry.causes.length - shown.length;
  if (rest > 0) output.data(colors.dim(`\n  … and ${rest} more causes: --json shows all`));
  output.data(colors.dim(`\n  more ${entry.docs}`));
}

/**
 * As many mends as fit on so many lines, and always one: none is cut before the lines that it announces. A rest of one
 * line is no shorter than the word that there is a rest.
 */
function wholeMends(
  { mends }: ExplainedCause,
  lines: number,
): { readonly steps: readonly string[]; readonly restCount: number } {
  const all = mends.map((mend) => fixTexts([mend]));
  let shown = 0;
  let used = 0;
  for (const own of all) {
    const isLast = shown === all.length - 1 && own.length === 1;
    if (shown > 0 && used + own.length > lines && !isLast) break;
    used += own.length;
    shown++;
  }
  return { steps: all.slice(0, shown).flat(), restCount: all.length - shown };
}

function statusText(cause: ExplainedCause, { colors }: Output): string {
  switch (cause.status) {
    case 'found-here':
      return colors.red(`✖ found here: ${cause.detail}`);
    case 'on-screen':
      return colors.yellow(`▲ likely: ${cause.detail}`);
    case 'not-found-here':
      return colors.green(`✔ not so here (${cause.detail})`);
    case 'not-checked':
      return colors.yellow(`? not checked (${cause.detail})`);
  }
}
