import { join } from 'node:path';
import { proveEdits, type Judge } from '../mend/prove-edits.ts';
import { placedReader } from './config-reader.ts';
import { fragmentLimits, lintBootScript, type BootScriptKind } from './lint-boot-script.ts';
import { writeFixed, type LintOptions, type LintResult } from './lint-result.ts';
import { variableLimits } from './rules/ipxe-name-rules.ts';
import { givenFor, includesOf } from './script-includes.ts';
import { unknownLines } from './script-words.ts';
import { isTemplateLine } from './templates.ts';
import { passedLines, textReading } from './text-reading.ts';

/** Judges one configuration of a loader. */
export async function lintScript(
  path: string,
  given: ReadonlyMap<string, string>,
  kind: BootScriptKind,
  { fix, root }: LintOptions,
): Promise<LintResult> {
  const text = given.get(path) ?? '';
  const reader = placedReader({ given: new Map([[path, text]]), root });
  const exists = (name: string): boolean | undefined =>
    root === undefined ? undefined : reader.exists(name.startsWith('/') ? name : join(root, name));
  const judge: Judge = (texts) => lintBootScript({ path, text: texts.get(path) ?? '', kind, exists });
  const texts = new Map([[path, text]]);
  const findings = proveEdits(texts, judge(texts), judge);
  const marked = text
    .split(/\r?\n/)
    .flatMap((line, index) => (isTemplateLine(line, true) ? [index + 1] : []));
  const passedOver = [
    ...passedLines('lines of a template, filled in later', marked, text),
    ...passedLines(
      `lines that begin with no word of ${kind}`,
      unknownLines(text, kind).map((index) => index + 1),
      text,
    ),
  ];
  const limits = [
    ...fragmentLimits({ text, kind }),
    ...(kind === 'ipxe' ? variableLimits(text) : []),
    ...includesOf(text, kind)
      .filter((name) => givenFor(name, path, given) === undefined)
      .map((name) => `${name}, which ${kind} reads too, was not given`),
  ];
  return {
    readings: [
      textReading(findings, {
        source: path,
        kind: `configuration of ${kind}${fragmentLimits({ text, kind }).length > 0 ? ', a part of one' : ''}`,
        read: `${text.split('\n').length} lines${root === undefined ? ', as text: its files are of another computer' : ''}`,
        passedOver,
        limits,
      }),
    ],
    findings,
    written: fix ? await writeFixed(texts, findings, judge) : [],
  };
}
