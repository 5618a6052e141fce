import type { Verdict } from '../model/verdict.ts';
import { findingAddress } from '../model/documentation.ts';
import type { Finding } from '../model/finding.ts';
import { fixSteps } from './mend/fix-steps.ts';

/** Colours of the report; the identity for plain text. */
export interface ReportStyle {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
}

export interface ReportOptions {
  readonly width: number;
  readonly style: ReportStyle;
  /** findings beyond this many are only counted, so that a report stays on one screen */
  readonly maxFindings: number;
}

/** Lines of evidence shown for a finding; all are in --json. */
const MAX_EVIDENCE = 4;
const MAX_EVIDENCE_CHARACTERS = 150;

/** The findings as text, worst first: what, why, seen where, what to do. */
export function renderFindings(findings: readonly Finding[], options: ReportOptions): string {
  const shown = findings.slice(0, options.maxFindings);
  const blocks = shown.map((finding) => renderFinding(finding, options));
  const rest = findings.length - shown.length;
  if (rest > 0) blocks.push(options.style.dim(`… and ${rest} more: --json shows all`));
  return blocks.join('\n\n');
}

/**
 * `2 errors, 1 warning`, that there is nothing wrong, or that no more can be said; with the notes, which are no fault and
 * yet worth reading.
 */
export function summarise(findings: readonly Finding[], verdict?: Verdict): string {
  const count = (severity: Finding['severity'], word: string): string[] => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return number === 0 ? [] : [`${number} ${word}${number === 1 ? '' : 's'}`];
  };
  const wrong = [...count('error', 'error'), ...count('warning', 'warning')];
  const notes = count('info', 'note');
  if (verdict === 'not-understood')
    return [...wrong, ...notes, 'not wholly understood: this is no all-clear'].join('; ');
  // where nobody boots there is nothing that could be well
  const isEmpty = findings.some(({ id }) => id === 'no-pxe-in-log');
  const nothing = isEmpty ? 'there is no network boot to judge' : 'nothing wrong found';
  return [...(wrong.length === 0 ? [nothing] : wrong), ...notes].join(', ');
}

function renderFinding(finding: Finding, { width, style }: ReportOptions): string {
  const mark = { error: style.red('✖ error'), warning: style.yellow('▲ warning'), info: style.dim('· note') }[
    finding.severity
  ];
  const who = finding.client?.mac ?? '';
  const about = [finding.id, ...finding.codes.slice(0, 3), ...(who === '' ? [] : [who])].join(' · ');
  const evidence = finding.evidence.slice(0, MAX_EVIDENCE).map(({ source, text }) => {
    const bounded =
      text.length > MAX_EVIDENCE_CHARACTERS ? `${text.slice(0, MAX_EVIDENCE_CHARACTERS)}…` : text;
    return `${style.dim(source.padEnd(10))} ${bounded}`;
  });
  return [
    `${mark}: ${style.bold(finding.title)}`,
    `  ${style.dim(about)}`,
    ...section('why', wrap(finding.cause, width - 8)),
    ...section('seen', evidence),
    ...section(
      'fix',
      fixSteps(finding.mends).map(({ text, isToCopy }) => (isToCopy ? `    ${text}` : text)),
    ),
    ...section('more', [style.dim(findingAddress(finding.id))]),
  ].join('\n');
}

function section(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `  ${(index === 0 ? label : '').padEnd(5)} ${line}`);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > Math.max(30, width)) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines;
}
