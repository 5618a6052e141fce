import { proveEdits, type Judge } from '../../mend/prove-edits.ts';
import { passedLines, textReading } from '../text-reading.ts';
import { writeFixed, type LintOptions, type LintResult } from '../lint-result.ts';
import { isTemplateLine } from '../templates.ts';
import { lintKea } from './lint-kea.ts';

/** Judges a configuration of Kea's DHCPv4 server. */
export async function lintKeaFile(path: string, text: string, { fix }: LintOptions): Promise<LintResult> {
  const texts = new Map([[path, text]]);
  const judge: Judge = (edited) => lintKea(path, edited.get(path) ?? '').findings;
  const { findings: found, unknownLines, missing, classCount, subnetCount } = lintKea(path, text);
  const templates = text
    .split(/\r?\n/)
    .flatMap((line, index) => (isTemplateLine(line, false) || isMark(line) ? [index + 1] : []));
  // of what is filled in later nobody knows whether it boots
  const isAll = templates.length === 0 && unknownLines.length === 0;
  const findings = proveEdits(
    texts,
    found.filter(({ id }) => isAll || id !== 'no-pxe-in-log'),
    judge,
  );
  const passedOver = [
    ...passedLines('lines of a template, filled in later', templates, text),
    ...passedLines('tests that doctor cannot tell', unknownLines, text),
  ];
  return {
    readings: [
      textReading(findings, {
        source: path,
        kind: 'a configuration of Kea',
        read: `${subnetCount} subnets and ${classCount} classes, as text: who is given which boot file`,
        passedOver,
        limits: missing,
      }),
    ],
    findings,
    written: fix ? await writeFixed(texts, findings, judge) : [],
  };
}

/** `"VAR_NEXT_SERVER_IP"`: a value that only a script fills in. */
function isMark(line: string): boolean {
  return /:\s*"(?:VAR_|@@?)?[A-Z][A-Z0-9]*_[A-Z0-9_]+"|"VAR_\w+"/.test(line);
}
