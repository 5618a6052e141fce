import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { nearestWord } from '../../../model/nearest-word.ts';
import { makeFinding } from '../../finding-catalogue.ts';
import type { Label } from '../pxelinux-labels.ts';
import { lineEdit, lineEvidence, type BootScriptInput } from '../script-lines.ts';

/** A word that is no label is the name of a kernel file to pxelinux; these may be one. */
const FILE_NAME = /[./]|^(?:vmlinu|linux|bzimage|kernel|memdisk)/i;
const LOCAL_DISK = /\b(?:local|hard ?(?:disk|drive)|hdd?|disk)/i;

/** Names of entries that there are none of, and entries that start nothing. */
export function lintLabels(
  input: BootScriptInput,
  lines: readonly string[],
  labels: readonly Label[],
): readonly Finding[] {
  const named = labels.flatMap(({ name }) => name ?? []);
  // what another file adds is not known
  if (named.length === 0 || lines.some((line) => /^\s*(?:menu\s+)?(?:include|config)\s/i.test(line)))
    return [];
  return [...missingLabels(input, lines, labels), ...emptyLabels(input, labels)];
}

function missingLabels(
  { path }: BootScriptInput,
  lines: readonly string[],
  labels: readonly Label[],
): readonly Finding[] {
  const named = labels.flatMap(({ name }) => name ?? []);
  const hasUi = lines.some((line) => /^\s*ui\s/i.test(line));
  return lines.flatMap((raw, index) => {
    const [, keyword = '', wanted = ''] = /^\s*(default|ontimeout|onerror)\s+(\S+)/i.exec(raw) ?? [];
    const isThere = named.some((name) => name.toLowerCase() === wanted.toLowerCase());
    if (wanted === '' || isThere || FILE_NAME.test(wanted)) return [];
    const local = labels.find((label) => isOfLocalDisk(label));
    const meant = nearestWord(wanted, named) ?? (LOCAL_DISK.test(wanted) ? local?.name : undefined);
    const isDefault = keyword.toLowerCase() === 'default';
    return [
      makeFinding('script-label-missing', [lineEvidence(path, index, raw)], {
        // a menu then begins at its first entry
        ...(isDefault && hasUi ? { severity: 'warning' as const } : {}),
        title: `${keyword.toUpperCase()} names ${wanted}, and no LABEL has that name`,
        cause: `pxelinux takes ${wanted} for the name of a kernel file then: "Could not find kernel image: ${wanted}".`,
        mends:
          meant === undefined
            ? [
                words(
                  `write the name of one of its labels behind ${keyword.toUpperCase()}: ${named.slice(0, 5).join(', ')}`,
                ),
              ]
            : [lineEdit(path, index, raw, [raw.trim().split(/\s+/).with(1, meant).join(' ')])],
      }),
    ];
  });
}

/** An entry without KERNEL starts the file that is called like its label. */
function emptyLabels({ path }: BootScriptInput, labels: readonly Label[]): readonly Finding[] {
  return labels.flatMap((label) => {
    const { name, at, kernel, isOther, texts } = label;
    if (name === undefined || at === undefined || kernel || isOther || FILE_NAME.test(name)) return [];
    const last = texts.at(-1) ?? at;
    return [
      makeFinding('loader-missing', [lineEvidence(path, at.index, at.raw)], {
        severity: 'warning',
        title: `label ${name} has neither KERNEL nor LOCALBOOT: nothing starts`,
        cause: `pxelinux looks for a file that is called ${name} then: "Could not find kernel image: ${name}".`,
        mends: isOfLocalDisk(label)
          ? [lineEdit(path, last.index, last.raw, [last.raw.trim(), 'LOCALBOOT 0'])]
          : [words('write KERNEL and the name of the file into it, or LOCALBOOT 0 for the local disk')],
      }),
    ];
  });
}

/** An entry that is meant for the local disk: one that installs from a local mirror is none. */
function isOfLocalDisk({ name = '', kernel, texts }: Label): boolean {
  if (kernel !== undefined && !/chain\.c32$/i.test(kernel.value)) return false;
  return [name, ...texts.map(({ value }) => value)].some((text) => LOCAL_DISK.test(text));
}
