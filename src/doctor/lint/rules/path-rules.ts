import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { servedFolderOf } from '../../analyse/boot-files.ts';
import { makeFinding } from '../../finding-catalogue.ts';
import { lineEdit, lineEvidence, type BootScriptInput } from '../script-lines.ts';

/** Names of files that begin with a folder of the server's file system. */
export function serverPaths({ path, kind }: BootScriptInput, lines: readonly string[]): readonly Finding[] {
  const words =
    kind === 'pxelinux'
      ? /^\s*(?:kernel|linux|initrd)\s+(\S+)|(?:^|\s)initrd=(\S+)/i
      : /^\s*(?:linux(?:efi|16)?|initrd(?:efi|16)?|kernel)\s+(?:--\S+\s+)*(\S+)/;
  return lines.flatMap((raw, index) => {
    const match = words.exec(raw);
    const name = match?.[1] ?? match?.[2] ?? '';
    const folder = servedFolderOf(name);
    if (folder === undefined) return [];
    const corrected = raw.trim().replace(folder, kind === 'pxelinux' ? '' : '/');
    return [
      makeFinding('path-of-server', [lineEvidence(path, index, raw)], {
        title: `${name} begins with a folder of the server`,
        mends: [lineEdit(path, index, raw, [corrected])],
      }),
    ];
  });
}

/** A menu entry of GRUB that loads a Linux kernel and no initrd. */
export function grubWithoutInitrd(
  { path, kind }: BootScriptInput,
  lines: readonly string[],
): readonly Finding[] {
  if (kind !== 'grub') return [];
  const findings: Finding[] = [];
  let kernel: { readonly index: number; readonly raw: string } | undefined;
  let hasInitrd = false;
  let isInEntry = false;
  const close = (): void => {
    if (kernel && !hasInitrd)
      findings.push(
        makeFinding('initrd-missing', [lineEvidence(path, kernel.index, kernel.raw)], {
          mends: [words('initrd and the path of the file that belongs to this kernel')],
        }),
      );
    kernel = undefined;
    hasInitrd = false;
  };
  lines.forEach((raw, index) => {
    if (/^\s*(?:menuentry|submenu)\s/.test(raw)) {
      close();
      isInEntry = true;
    }
    if (isInEntry && /^\s*linux(?:efi|16)?\s+\S/.test(raw) && !/memtest|wimboot|memdisk|ipxe/i.test(raw))
      kernel ??= { index, raw };
    if (/^\s*initrd(?:efi|16)?\s+\S/.test(raw)) hasInitrd = true;
  });
  close();
  return findings;
}
