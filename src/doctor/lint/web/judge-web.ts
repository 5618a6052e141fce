import { proveEdits, type Judge } from '../../mend/prove-edits.ts';
import { placedReader } from '../config-reader.ts';
import { writeFixed, type LintOptions, type LintResult } from '../lint-result.ts';
import { templateOf } from '../templates.ts';
import { passedLines, passedPlaces, textReading } from '../text-reading.ts';
import { lintApache } from './lint-apache.ts';
import { lintNginx } from './lint-nginx.ts';

/** Judges a configuration of a web server that serves boot files. */
export async function lintWebFile(
  path: string,
  given: ReadonlyMap<string, string>,
  server: 'nginx' | 'apache',
  { fix, root }: LintOptions,
): Promise<LintResult> {
  const reader = placedReader({ given, root });
  const lint = (text: string) =>
    server === 'nginx' ? lintNginx(path, text, (name) => reader.read(name)) : lintApache(path, text);
  const text = given.get(path) ?? '';
  const texts = new Map([[path, text]]);
  const judge: Judge = (edited) => lint(edited.get(path) ?? '').findings;
  const { findings: found, statementCount, unknown, missing } = lint(text);
  const findings = proveEdits(texts, found, judge);
  const templates = text.split(/\r?\n/).flatMap((line, index) => (isFilledInLater(line) ? [index + 1] : []));
  const passedOver = [
    ...passedLines('lines of a template, filled in later', templates, text),
    ...passedPlaces('directives that doctor does not know', unknown),
  ];
  return {
    readings: [
      textReading(findings, {
        source: path,
        kind: `a configuration of ${server === 'nginx' ? 'nginx' : 'Apache'}`,
        read: `${statementCount} directives, as text: what is served, and to whom`,
        passedOver,
        limits: missing,
      }),
    ],
    findings,
    written: fix ? await writeFixed(texts, findings, judge) : [],
  };
}

/** A variable of nginx with a point behind it (`$uri.gz`) looks like one of Cheetah's. */
function isFilledInLater(line: string): boolean {
  if (/^\s*(?:#|$)/.test(line)) return false;
  const template = templateOf(line, true);
  return template !== undefined && template !== 'Cheetah';
}
