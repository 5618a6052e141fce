import type { Finding } from '../../model/finding.ts';
import type { Reading } from '../../model/verdict.ts';
import { writeOutputFile } from '../../platform/output-file.ts';
import type { JudgedConfig } from '../mend/place-edits.ts';
import { edited, editsTogether, type Judge } from '../mend/prove-edits.ts';

export interface LintOptions {
  /** write corrected copies beside the files */
  readonly fix: boolean;
  /** where the configuration's own computer lies: `/` for this one; undefined: somebody else's, judged as text */
  readonly root: string | undefined;
}

export interface LintResult {
  readonly readings: readonly Reading[];
  readonly findings: readonly Finding[];
  /** corrected copies that --fix wrote */
  readonly written: readonly string[];
  /** the configuration of dnsmasq among them, for edits that a log asks for */
  readonly dnsmasq?: JudgedConfig;
}

/** Writes the files with all edits that go together beside the originals. */
export async function writeFixed(
  texts: ReadonlyMap<string, string>,
  findings: readonly Finding[],
  judge: Judge,
): Promise<readonly string[]> {
  const after = edited(texts, editsTogether(texts, findings, judge));
  const written: string[] = [];
  for (const [file, text] of after) {
    if (text === texts.get(file)) continue;
    await writeOutputFile(`${file}.fixed`, text);
    written.push(`${file}.fixed`);
  }
  return written;
}
