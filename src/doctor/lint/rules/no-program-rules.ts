import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { programsThatRead, whatNoFirmwareRuns } from '../../analyse/no-programs.ts';
import { bootOf, firstFileOf, type LeasedFile } from '../client-answers.ts';
import { lintFinding, type Edit, type LintInput } from '../lint-finding.ts';
import type { PxeConfig } from '../pxe-config.ts';

/** Scripts, menus and images that firmware is given as the program to run. */
export function noPrograms({ config }: LintInput): Finding[] {
  const given = [0, 7, 9].flatMap(
    (architecture) => firstFileOf(config, { architecture, isIpxe: false }) ?? [],
  );
  const told = new Set<LeasedFile['at']>();
  return given.flatMap((one) => {
    if (whatNoFirmwareRuns(one.file) === undefined || told.has(one.at)) return [];
    told.add(one.at);
    return [noProgram(one.at, one.file, config.ipxeTags.length > 0, editsFor(config, one))];
  });
}

/** Where a configuration tells iPXE from firmware, firmware is meant to get something else. */
export function noProgram(
  at: Edit['at'],
  file: string,
  isIpxeTold: boolean,
  edits: readonly Edit[] = [],
): Finding {
  const [bios, uefi] = programsThatRead(file);
  const isScript = file.includes('.ipxe');
  const isRom = isScript && !isIpxeTold;
  return lintFinding('loader-arch-mismatch', [at], edits, {
    // who gives an address means iPXE, which alone loads one
    severity: isRom ? (file.includes('://') ? 'info' : 'warning') : 'error',
    title: `${file} is ${whatNoFirmwareRuns(file) ?? 'no program'}, and firmware is given it as the program to run`,
    cause: `Firmware runs programs alone: BIOS jumps into the text and hangs, UEFI drops the file after the download. ${isScript ? 'A script is for iPXE, once that runs.' : 'The program comes first, and reads this file itself.'}`,
    mends: [
      words(
        isScript
          ? `give firmware ${bios} (BIOS) and ${uefi} (UEFI), and this script to iPXE alone`
          : `give firmware ${bios} (BIOS) or ${uefi} (UEFI) in its place`,
      ),
      ...(isRom
        ? [words('where every machine has iPXE in its ROM (QEMU, VirtualBox), nothing is to be done')]
        : []),
    ],
  });
}

/** dhcp-boot for everyone becomes the script's line for iPXE, with a program for each firmware beside it. */
function editsFor(config: PxeConfig, { at, file }: LeasedFile): readonly Edit[] {
  const boot = bootOf(config, { architecture: 0, isIpxe: false });
  const [ipxe] = config.ipxeTags;
  const isForAll = boot?.at === at && boot.tags.length === 0 && config.boots.length === 1;
  if (!isForAll || ipxe === undefined || !file.includes('.ipxe') || config.services.length > 0) return [];
  const [bios, uefi] = programsThatRead(file);
  const [, where = ''] = at.value.split(file);
  const own = [...config.architectureTags].find(([, codes]) => codes.includes(7))?.[0];
  const marks =
    own === undefined ? [7, 9].map((code) => `dhcp-match=set:efi64,option:client-arch,${code}`) : [];
  return [
    {
      at,
      lines: [
        ...marks,
        `dhcp-boot=tag:!${ipxe},${bios}${where}`,
        `dhcp-boot=tag:!${ipxe},tag:${own ?? 'efi64'},${uefi}${where}`,
        `dhcp-boot=tag:${ipxe},${file}${where}`,
      ],
    },
  ];
}
