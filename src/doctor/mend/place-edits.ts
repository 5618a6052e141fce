import type { Finding } from '../../model/finding.ts';
import { isFileEdit, words, type AddedLines, type FileEdit, type Fix } from '../../model/fix.ts';
import { edited, isNoWorse, type Judge } from './prove-edits.ts';

/** A configuration of dnsmasq that can be judged again, as it would be after an edit. */
export interface JudgedConfig {
  readonly texts: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
  readonly judge: Judge;
  /** whether dnsmasq itself takes these texts */
  readonly isTaken: (texts: ReadonlyMap<string, string>) => Promise<boolean>;
}

/**
 * What a log or a capture shows, mended in the configuration that was given beside it: by the edits of its own finding of
 * the same kind, which is not said twice, else by lines at its end that were judged and that dnsmasq takes.
 */
export async function placeEdits(
  seen: readonly Finding[],
  config: JudgedConfig,
): Promise<{ readonly seen: readonly Finding[]; readonly linted: readonly Finding[] }> {
  const told = new Set<Finding>();
  const placed: Finding[] = [];
  for (const finding of seen) {
    const same = config.findings.find(({ id, mends }) => id === finding.id && mends.some(isFileEdit));
    if (same === undefined) {
      placed.push({ ...finding, mends: await placeMends(finding.mends, config) });
      continue;
    }
    told.add(same);
    placed.push({ ...finding, evidence: [...finding.evidence, ...same.evidence], mends: same.mends });
  }
  return { seen: placed, linted: config.findings.filter((finding) => !told.has(finding)) };
}

async function placeMends(mends: readonly Fix[], config: JudgedConfig): Promise<readonly Fix[]> {
  const placed: Fix[] = [];
  for (const mend of mends) {
    const isOfDnsmasq = mend.kind === 'edit' && !isFileEdit(mend) && mend.file === 'dnsmasq.conf';
    // the first is made, another choice stays one
    const isPlaced = isOfDnsmasq && !placed.some(isFileEdit);
    placed.push(...(isPlaced ? await placeLines(mend, config) : [mend]));
  }
  return placed;
}

/** Names in capitals are for the user to fill in: such a line is in no file yet. */
const TO_FILL_IN = /(?<![\w-])(?:[A-Z]{3,}(?:-[A-Z]+)*)(?![\w-])/;

async function placeLines(mend: AddedLines, config: JudgedConfig): Promise<readonly Fix[]> {
  const all = [...config.texts.values()].flatMap((text) => text.split(/\r?\n/).map((line) => line.trim()));
  const missing = mend.by.filter((line) => !all.includes(line));
  if (missing.length === 0) return [words(`${mend.by.join(' · ')}: stands in the configuration already`)];
  if (missing.some((line) => TO_FILL_IN.test(line.replace(/"[^"]*"/g, '')))) return [mend];
  const edit = atTheEnd(config.texts, missing);
  if (edit === undefined) return [mend];
  const after = edited(config.texts, [edit]);
  if (isNoWorse(config.findings, config.judge(after)) && (await config.isTaken(after)))
    return [...(mend.about === undefined ? [] : [words(mend.about)]), edit];
  return [words(`${mend.about ?? 'what the configuration lacks:'} ${missing.join(' · ')}`)];
}

/** Behind the last line of the file that was given last. */
function atTheEnd(texts: ReadonlyMap<string, string>, lines: readonly string[]): FileEdit | undefined {
  const [file, text] = [...texts].at(-1) ?? [];
  if (file === undefined || text === undefined) return undefined;
  const own = text.split('\n');
  const last = own.findLastIndex((line) => line.trim() !== '');
  if (last < 0) return undefined;
  const replaces = (own[last] ?? '').trim();
  return { kind: 'edit', file, line: last + 1, replaces, by: [replaces, ...lines] };
}
