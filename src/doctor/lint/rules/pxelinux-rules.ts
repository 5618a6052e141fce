import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { servedFolderOf } from '../../analyse/boot-files.ts';
import { makeFinding } from '../../finding-catalogue.ts';
import { labelsOf, type Label } from '../pxelinux-labels.ts';
import { lintLabels } from './pxelinux-label-rules.ts';
import { lineEdit, lineEvidence, needsNoInitrd, type BootScriptInput } from '../script-lines.ts';

/** Rules of pxelinux.cfg files: what each label loads. */
export function lintPxelinux(input: BootScriptInput, lines: readonly string[]): readonly Finding[] {
  const labels = labelsOf(lines);
  return [
    ...labels.flatMap((label) => lintLabel(input, label)),
    ...biosPrograms(input, labels),
    ...lintLabels(input, lines, labels),
  ];
}

/** memdisk and memtest86+ before version 6 ask the BIOS: syslinux.efi, which reads the same file, cannot start them. */
function biosPrograms({ path }: BootScriptInput, labels: readonly Label[]): readonly Finding[] {
  const programs = labels.flatMap(({ kernel }) => {
    const name = kernel?.value.split('/').pop() ?? '';
    return kernel && /^(?:memdisk|memtest|mt86)/i.test(name) && !/\.efi$/i.test(name) ? [kernel] : [];
  });
  const [first] = programs;
  if (!first) return [];
  return [
    makeFinding(
      'loader-arch-mismatch',
      programs.map(({ index, raw }) => lineEvidence(path, index, raw)),
      {
        severity: 'info',
        title: `${first.value} is for BIOS machines alone`,
        cause:
          'It runs under pxelinux.0. Where UEFI machines read this file too (syslinux.efi), the entry ends there with "Cannot relocate kernel".',
        mends: programs.some(({ value }) => isMemdisk(value))
          ? [
              words(
                "boot kernel and initrd out of the image: that works for both, and Linux does not find memdisk's disk once it runs",
              ),
            ]
          : [words('give UEFI machines memtest86+ 6 or newer as an EFI program, from another menu')],
      },
    ),
  ];
}

function isMemdisk(kernel: string): boolean {
  return /(?:^|\/)memdisk/i.test(kernel);
}

function lintLabel({ path }: BootScriptInput, label: Label): readonly Finding[] {
  const { kernel, initrds, appends, name } = label;
  const entry = name === undefined ? 'the entry' : `label ${name}`;
  const findings: Finding[] = [];
  if (initrds.length > 1) {
    // the folder of the TFTP root goes out with it
    const merged = initrds.map(({ value }) => value.replace(servedFolderOf(value) ?? '', '')).join(',');
    // wimboot needs the names of its files, which pxelinux hands over through linux.c32 alone (ipxe.org/wimboot)
    const program = kernel && /wimboot/i.test(kernel.value) && appends.length === 0 ? kernel : undefined;
    findings.push(
      makeFinding(
        'initrd-lines-several',
        initrds.map(({ index, raw }) => lineEvidence(path, index, raw)),
        {
          title: `${entry} has ${initrds.length} INITRD lines: only the last one counts`,
          mends: [
            ...(program
              ? [lineEdit(path, program.index, program.raw, [`COM32 linux.c32 ${program.value}`])]
              : []),
            ...initrds.map(({ index, raw }, at) =>
              lineEdit(
                path,
                index,
                raw,
                at === 0 ? [`${program ? 'APPEND initrdfile=' : 'INITRD '}${merged}`] : [],
              ),
            ),
          ],
        },
      ),
    );
  }
  const hasInitrd = initrds.length > 0 || appends.some(({ value }) => /(?:^|\s)initrd=\S/i.test(value));
  if (kernel && !label.isOther && !hasInitrd && !needsNoInitrd(kernel.value)) {
    findings.push(
      makeFinding('initrd-missing', [lineEvidence(path, kernel.index, kernel.raw)], {
        title: `${entry} loads the kernel ${kernel.value} without an initrd`,
        mends: [words('INITRD and the name of the file that belongs to this kernel')],
      }),
    );
  }
  return findings;
}

/** Whether no label is left that would take the APPEND before all labels. */
export function eachLabelAppends(lines: readonly string[]): boolean {
  const labels = labelsOf(lines).filter(({ name, kernel }) => name !== undefined && kernel !== undefined);
  return labels.length > 0 && labels.every(({ appends }) => appends.length > 0);
}
