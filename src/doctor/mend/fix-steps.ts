import { findingAddress } from '../../model/documentation.ts';
import { isFileEdit, words, type FileEdit, type Fix } from '../../model/fix.ts';
import type { Finding } from '../../model/finding.ts';

/** One line of what to do. */
export interface FixStep {
  readonly text: string;
  /** a line of a file or a command, set apart so that it can be told from advice */
  readonly isToCopy: boolean;
}

/** What to do, as lines to read. */
export function fixSteps(fixes: readonly Fix[]): readonly FixStep[] {
  return fixes.flatMap((fix) => {
    if (fix.kind === 'words') return [advice(fix.text)];
    if (fix.kind === 'command')
      return fix.about === undefined ? [toCopy(fix.command)] : [advice(`${fix.about}: ${fix.command}`)];
    if (isFileEdit(fix)) return editSteps(fix);
    return [advice(fix.about ?? `add to ${nameOf(fix.file)}:`), ...fix.by.map(toCopy)];
  });
}

/** The same without the marks. */
export function fixTexts(fixes: readonly Fix[]): readonly string[] {
  return fixSteps(fixes).map(({ text }) => text);
}

/** An edit that doctor could not prove is no more than advice. */
export function editInWords({ file, line, replaces, by }: FileEdit): Fix {
  const lines = by.map((text) => text.trim()).filter((text) => text !== replaces);
  return words(`at ${placeOf(file, line)}: ${lines.length === 0 ? 'without this line' : lines.join(' · ')}`);
}

/** A finding as --json shows it: what to do as text to read, and as data, and where more is said. */
export type ToldFinding = Finding & { readonly fix: readonly string[]; readonly docs: string };

export function toldFinding(finding: Finding): ToldFinding {
  return { ...finding, fix: fixTexts(finding.mends), docs: findingAddress(finding.id) };
}

function editSteps({ file, line, replaces, by }: FileEdit): readonly FixStep[] {
  const where = placeOf(file, line);
  const own = by.findIndex((text) => text.trim() === replaces);
  const lines = by.filter((_, index) => index !== own).map((text) => toCopy(text.trim()));
  if (own < 0)
    return by.length === 0 ? [advice(`take out ${where}`)] : [advice(`${where} becomes`), ...lines];
  return [advice(`${own === 0 ? 'after' : 'before'} ${where} add`), ...lines];
}

function placeOf(file: string, line: number): string {
  return `${nameOf(file)}:${line}`;
}

function nameOf(file: string): string {
  return file.split('/').pop() ?? file;
}

function advice(text: string): FixStep {
  return { text, isToCopy: false };
}

function toCopy(text: string): FixStep {
  return { text, isToCopy: true };
}
