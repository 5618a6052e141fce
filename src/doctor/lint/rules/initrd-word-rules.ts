import type { Finding } from '../../../model/finding.ts';
import { makeFinding } from '../../finding-catalogue.ts';
import { lineEdit, lineEvidence, type BootScriptInput } from '../script-lines.ts';

/** `oinitrd=NAME`: letters of a slip before the word, where NAME is an initrd that the script loads. */
export function damagedInitrdWords({ path }: BootScriptInput, lines: readonly string[]): Finding[] {
  const loaded = new Set(
    lines.flatMap((line) => /^\s*initrd\s(?:.*[\s/])?([^\s/]+)\s*$/.exec(line)?.[1] ?? []),
  );
  return lines.flatMap((raw, index) => {
    if (!/^\s*(?:kernel|imgargs|chain)\s/.test(raw)) return [];
    const damaged = raw.split(/\s+/).flatMap((word) => {
      const [, letters, name = ''] = /^(\w+)initrd=(\S+)$/.exec(word) ?? [];
      return letters !== undefined && loaded.has(name) ? [{ word, name }] : [];
    });
    if (damaged.length === 0) return [];
    const mended = damaged.reduce((line, { word, name }) => line.replace(word, `initrd=${name}`), raw.trim());
    return [
      makeFinding('initrd-argument-missing', [lineEvidence(path, index, raw)], {
        title: `${damaged.map(({ word }) => word).join(' and ')}: the kernel knows no such word, and does not get ${damaged.map(({ name }) => name).join(' and ')} under UEFI`,
        mends: [lineEdit(path, index, raw, [mended])],
      }),
    ];
  });
}
