import type { Firmware } from '../../../model/firmware.ts';
import {
  efiSiblingOf,
  fitsFirmware,
  isBiosNameForUefi,
  isEfiName,
  NO_UEFI_HERE,
  platformOfName,
} from '../../analyse/boot-files.ts';
import { firstFileOf, leasedFileOf, type LeasedFile } from '../client-answers.ts';
import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { lintFinding, type Edit, type LintInput } from '../lint-finding.ts';
import type { PxeConfig } from '../pxe-config.ts';
import { efiProgram, isForRaspberryPis, serviceLine } from './service-rules.ts';

interface UefiClient {
  readonly code: number;
  readonly firmware: Firmware;
  readonly what: string;
  /** as pxe-service calls it */
  readonly name: string;
}

/** 0 and 1 are BIOS machines; what comes behind them and is no UEFI boots no PC. */
const FIRST_UEFI = 6;

const UEFI: readonly UefiClient[] = [
  {
    code: 7,
    firmware: 'uefi-x64',
    what: '64-bit x86 UEFI (arch 7): nearly every PC of the last ten years',
    name: 'X86-64_EFI',
  },
  {
    code: 9,
    firmware: 'uefi-x64',
    what: 'arch 9, which some 64-bit x86 UEFI firmware sends',
    name: 'BC_EFI',
  },
];

/** A server that leases addresses: what each kind of firmware is told to load, by dhcp-boot or option 67. */
export function lintLeases(input: LintInput): Finding[] {
  const { config } = input;
  const isProxy = config.ranges.some((range) => range.isProxy);
  if (isProxy) return [...optionsInProxy(config), ...oneForBothWidths(config)];
  if (config.boots.length + config.bootFileOptions.length + config.services.length === 0) return [];
  if (isForRaspberryPis(config)) return [];
  return [...uefiClients(input), ...oneForBothWidths(config)];
}

/** UEFI machines that are given a BIOS program, or nothing while others are given something. */
function uefiClients({ config, isWhole }: LintInput): Finding[] {
  const named = config.services.flatMap(({ at, file }) => (file === undefined ? [] : [{ at, file }]));
  const served = [...config.boots, ...config.bootFileOptions, ...named];
  const biosOnly = served.every(({ file }) => platformOfName(file) === 'bios' || file.includes('://'));
  if (served.every(({ file }) => platformOfName(file) === 'arm64')) return onlyForArm(served);
  const faulty = UEFI.flatMap((client): readonly (UefiClient & { given: LeasedFile | undefined })[] => {
    // a pxe-service line of its own decides for such a machine
    if (config.services.some((service) => service.architecture === client.code)) return [];
    const given = leasedFileOf(config, { architecture: client.code, isIpxe: false });
    if (given === undefined) return isWhole ? [{ ...client, given }] : [];
    const platform = platformOfName(given.file);
    const fits = platform === undefined ? undefined : fitsFirmware(platform, client.firmware);
    return fits === false ? [{ ...client, given }] : [];
  });
  const [first] = faulty;
  if (!first) return [];
  const at = first.given?.at ?? served.at(-1)?.at;
  if (!at) return [];
  const isMeant = meansUefi(config, served);
  const name = first.given?.file ?? '';
  if (isBiosNameForUefi(name)) return [nameToLookAt(at, first.what, name)];
  const efi = served.find(({ file }) => /(?:x64|x86_64|amd64|\.efi$)/i.test(file) && file.endsWith('.efi'));
  const tag = tagFor(
    config,
    faulty.map(({ code }) => code),
  );
  const file = efi?.file ?? efiSiblingOf(name);
  const [ipxe] = config.ipxeTags;
  const template = config.boots.find((boot) => boot.address !== undefined);
  const where = template ? `,${template.serverName ?? ''},${template.address ?? ''}` : '';
  const tags = `tag:${tag.name}${ipxe === undefined ? '' : `,tag:!${ipxe}`}`;
  // dhcp-boot beside option 67 would send both, and firmware differs in which it takes
  const option = config.bootFileOptions.find((one) => one.at === first.given?.at);
  const lines = [
    ...tag.lines,
    option ? `${option.at.key}=${tags},option:bootfile-name,"${file}"` : `dhcp-boot=${tags},${file}${where}`,
  ];
  // beside a menu for others alone UEFI is sent a menu without items
  const items = config.services.length === 0 ? [] : faulty.map((one) => serviceLine(config, one.name, file));
  const edits: Edit[] = [{ at, lines: [at.raw, ...lines, ...items] }];
  const what = first.given
    ? `is given ${platformOfName(name) === 'bios' ? 'the BIOS program ' : ''}${name}`
    : 'is given no boot file';
  const isForIpxeAlone =
    first.given === undefined && leasedFileOf(config, { architecture: 0, isIpxe: false }) === undefined;
  const cause = first.given
    ? 'UEFI firmware runs EFI programs (.efi) of its own CPU only: it drops the file after the download, or cancels (PXE-E21).'
    : isForIpxeAlone
      ? 'iPXE alone is told what to load: a virtual machine whose ROM is iPXE boots, and any other machine gets an address and no boot file (PXE-E53, PXE-E21).'
      : 'A machine of this kind gets an address and no boot file (PXE-E53, PXE-E21), while others are served.';
  return [
    lintFinding('no-boot-service-for-arch', [at], edits, {
      severity: first.code === 7 && isMeant && (biosOnly || first.given) ? 'error' : 'warning',
      title: `${isForIpxeAlone ? 'firmware that is not iPXE' : first.what}: ${what}`,
      cause: `${cause}${isMeant || isForIpxeAlone ? '' : ` ${NO_UEFI_HERE}`}`,
      ...(efi ? {} : { mends: efiProgram(config, file) }),
    }),
  ];
}

/** Some line is about UEFI: who wrote it has such machines. */
function meansUefi({ architectureTags, services }: PxeConfig, served: readonly LeasedFile[]): boolean {
  const codes = [
    ...[...architectureTags.values()].flat(),
    ...services.map(({ architecture }) => architecture),
  ];
  return codes.some((code = 0) => code >= FIRST_UEFI) || served.some(({ file }) => isEfiName(file));
}

/** A network of boards and servers with 64-bit ARM is served what it runs. */
function onlyForArm(served: readonly LeasedFile[]): Finding[] {
  const [first] = served;
  if (!first) return [];
  return [
    lintFinding('loader-arch-mismatch', [first.at], [], {
      severity: 'info',
      title: '64-bit ARM machines alone are served: a PC is given nothing that it can run',
      cause: 'Each boot file of this configuration is a program for 64-bit ARM.',
      mends: [words('where no PC boots from this server, nothing is to be done')],
    }),
  ];
}

/** Only the file itself tells what it is. */
function nameToLookAt(at: LeasedFile['at'], what: string, name: string): Finding {
  return lintFinding('no-boot-service-for-arch', [at], [], {
    severity: 'warning',
    title: `${what}: is given ${name}, which has the name of a BIOS program`,
    cause:
      'UEFI firmware runs EFI programs (.efi) alone, whatever they are called. The folder says that this one may be one.',
    mends: [words(`look what it is: "file ${name}" says "EFI application" of a program that UEFI runs`)],
  });
}

/** 32-bit UEFI, which somebody told apart, is given the program of 64-bit UEFI. */
function oneForBothWidths(config: PxeConfig): Finding[] {
  const isToldApart =
    [...config.architectureTags.values()].some((codes) => codes.includes(6)) ||
    config.services.some(({ architecture }) => architecture === 6);
  if (!isToldApart) return [];
  const [narrow, wide] = [6, 7].map((architecture) => firstFileOf(config, { architecture, isIpxe: false }));
  if (narrow === undefined || narrow.file !== wide?.file || platformOfName(narrow.file) !== 'efi') return [];
  return [
    lintFinding('loader-arch-mismatch', [narrow.at], [], {
      severity: 'info',
      title: `${narrow.file} is given to 32-bit UEFI (arch 6) and to 64-bit UEFI: one of them cannot run it`,
      cause: 'An EFI program is for one CPU. Few machines have 32-bit UEFI.',
      mends: [words('give arch 6 a program of its own, ipxe-ia32.efi for example')],
    }),
  ];
}

/** A tag that marks these architectures: the user's own where there is one, else a new one. */
function tagFor(
  config: PxeConfig,
  codes: readonly number[],
): { readonly name: string; readonly lines: readonly string[] } {
  const own = [...config.architectureTags].find(([, set]) => set.some((code) => code === 7 || code === 9));
  const name = own?.[0] ?? 'efi64';
  const missing = codes.filter((code) => own?.[1].includes(code) !== true);
  return { name, lines: missing.map((code) => `dhcp-match=set:${name},option:client-arch,${code}`) };
}

/** A proxy answers with the PXE options alone: what dhcp-option adds is not in its offers. */
function optionsInProxy(config: PxeConfig): Finding[] {
  const [option] = config.bootFileOptions;
  if (!option || config.ranges.some((range) => !range.isProxy)) return [];
  return [
    lintFinding('option-unused-by-proxy', [option.at], [{ at: option.at, lines: [] }], {
      title: `dhcp-option for ${option.file} is not sent by a proxy`,
    }),
  ];
}
