import { fitsFirmware, platformOfName } from '../../analyse/boot-files.ts';
import type { Firmware } from '../../../model/firmware.ts';
import type { Finding } from '../../../model/finding.ts';
import { command, words, type Fix } from '../../../model/fix.ts';
import { lintFinding, type LintInput } from '../lint-finding.ts';
import { bootOf } from '../client-answers.ts';
import type { DhcpBoot, PxeConfig, PxeService } from '../pxe-config.ts';
import { httpServices } from './http-service-rules.ts';
import { filesAsMenuText, isFileAsText } from './menu-text-rules.ts';

/** Architectures that machines on a LAN really have, in the order in which they are looked at. */
const UEFI_ARCHITECTURES = [
  {
    code: 7,
    name: 'X86-64_EFI',
    firmware: 'uefi-x64',
    what: '64-bit x86 UEFI (arch 7): nearly every PC of the last ten years',
  },
  {
    code: 9,
    name: 'BC_EFI',
    firmware: 'uefi-x64',
    what: 'arch 9, which some 64-bit x86 UEFI firmware sends',
  },
] as const;
/** What a proxy must serve, with the program that Debian's packages have for it. */
const ALL_ARCHITECTURES = [
  { code: 0, name: 'x86PC', firmware: 'bios', standard: 'undionly.kpxe' },
  { code: 7, name: 'X86-64_EFI', firmware: 'uefi-x64', standard: 'ipxe.efi' },
  { code: 9, name: 'BC_EFI', firmware: 'uefi-x64', standard: 'ipxe.efi' },
] as const;
const FIRMWARE_OF: ReadonlyMap<number, Firmware> = new Map([
  [0, 'bios'],
  [6, 'uefi-ia32'],
  [7, 'uefi-x64'],
  [9, 'uefi-x64'],
  [11, 'uefi-arm64'],
]);

/** pxe-service lines: one for each architecture, with a program for it. */
export function lintServices(input: LintInput): Finding[] {
  const { config } = input;
  return [
    ...(input.isWhole ? [...silentProxy(config), ...missingArchitectures(config)] : []),
    ...wrongPrograms(config),
    ...localBoot(config),
    ...filesAsMenuText(config),
    ...severalServices(config),
    ...overriddenBoots(config),
    ...httpServices(config),
  ];
}

function isProxy(config: PxeConfig): boolean {
  return config.ranges.some((range) => range.isProxy);
}

/** The menu item that a Raspberry Pi looks for by its text. */
function isForPi(service: PxeService): boolean {
  return /Raspberry Pi Boot/.test(service.menuText);
}

/** Only the menu that a Raspberry Pi looks for: other machines are not meant. */
export function isForRaspberryPis(config: PxeConfig): boolean {
  return config.services.length > 0 && config.services.every(isForPi) && config.boots.length === 0;
}

/** The lines that would serve a UEFI client that is not yet iPXE. */
function firstStage(config: PxeConfig, architecture: number): readonly PxeService[] {
  return config.services.filter(
    (service) =>
      service.architecture === architecture && !service.tags.some((tag) => config.ipxeTags.includes(tag)),
  );
}

function silentProxy(config: PxeConfig): Finding[] {
  if (!isProxy(config) || config.services.length > 0 || config.prompts.length > 0) return [];
  const range = config.ranges.find((candidate) => candidate.isProxy);
  if (!range) return [];
  const at = config.boots.at(-1)?.at ?? range.at;
  const lines = ALL_ARCHITECTURES.map((architecture) => {
    const boot = bootOf(config, { architecture: architecture.code, isIpxe: false });
    const fitting =
      boot && isRunnable(boot.file, architecture.firmware)
        ? boot
        : runnableBoot(config, architecture.firmware);
    return serviceLine(config, architecture.name, fitting?.file ?? architecture.standard, fitting?.address);
  });
  return [
    lintFinding(
      'proxy-without-pxe-service',
      [range.at, ...config.boots.slice(0, 1).map((boot) => boot.at)],
      [{ at, lines: [at.raw, ...lines] }],
    ),
  ];
}

/** Whether the name speaks against this firmware; a name that tells nothing is the user's own choice. */
function isRunnable(file: string, firmware: Firmware): boolean {
  const platform = platformOfName(file);
  return (
    file !== '' &&
    !file.includes('://') &&
    (platform === undefined || fitsFirmware(platform, firmware) !== false)
  );
}

function runnableBoot(config: PxeConfig, firmware: Firmware): DhcpBoot | undefined {
  return config.boots.find(
    (boot) => isRunnable(boot.file, firmware) && !boot.tags.some((tag) => config.ipxeTags.includes(tag)),
  );
}

function missingArchitectures(config: PxeConfig): Finding[] {
  if (!isProxy(config) || (config.services.length === 0 && config.prompts.length === 0)) return [];
  if (isForRaspberryPis(config)) return [];
  const missing = UEFI_ARCHITECTURES.filter(({ code }) => firstStage(config, code).length === 0);
  const [first] = missing;
  if (!first) return [];
  const at = config.services.at(-1)?.at ?? config.prompts.at(-1)?.at;
  if (!at) return [];
  // newer firmware takes the file of dhcp-boot; older firmware cancels on the empty menu beside it
  const boot = bootOf(config, { architecture: first.code, isIpxe: false });
  const booted =
    boot && platformOfName(boot.file) !== undefined && isRunnable(boot.file, first.firmware)
      ? boot
      : undefined;
  const other =
    UEFI_ARCHITECTURES.flatMap(({ code }) => firstStage(config, code)).find(
      (service) => service.file !== undefined,
    ) ?? booted;
  const file = other?.file ?? 'ipxe.efi';
  const lines = missing.map(({ name }) => serviceLine(config, name, file));
  const hasNone = missing.length === UEFI_ARCHITECTURES.length;
  const isForArm = config.services.length > 0 && config.services.every((one) => one.architecture === 11);
  const misleading = hasNone && boot && platformOfName(boot.file) === 'bios' ? boot : undefined;
  const consequence = hasNone
    ? 'Every UEFI PC that boots here gets a menu without items from port 4011 (option 43 06:01:08…) and cancels: PXE-E21.'
    : 'Such a machine gets a menu without items and cancels: PXE-E21.';
  const softened = booted ? ' Newer firmware takes the file of dhcp-boot all the same.' : '';
  const misled = misleading ? ` dhcp-boot gives it the BIOS program ${misleading.file} besides.` : '';
  return [
    lintFinding(
      'no-boot-service-for-arch',
      [at, ...[misleading ?? booted].flatMap((given) => (hasNone ? (given?.at ?? []) : []))],
      [{ at, lines: [at.raw, ...lines] }],
      {
        // where no PC boots from this server, ARM alone is served on purpose
        severity: isForArm ? 'info' : first.code === 7 && !booted ? 'error' : 'warning',
        title: `no pxe-service line for ${first.what}`,
        cause: `${consequence}${misled}${softened}`,
        ...(other ? {} : { mends: efiProgram(config, file) }),
      },
    ),
  ];
}

/** Where a program comes from that the configuration names and nobody has yet. */
export function efiProgram(config: PxeConfig, file: string): readonly Fix[] {
  const root = config.tftpRoot?.path.replace(/\/$/, '') ?? 'TFTP-ROOT';
  return [
    command(
      'sudo apt-get install ipxe',
      `and put an EFI program there as ${root}/${file}; on Debian and Ubuntu`,
    ),
    command(`sudo cp /usr/lib/ipxe/snponly.efi ${root}/${file}`),
  ];
}

/** Programs of Debian's packages, for a firmware that nothing in the configuration is for. */
const STANDARD_PROGRAMS: Readonly<Partial<Record<Firmware, string>>> = {
  bios: 'lpxelinux.0',
  'uefi-arm64': 'ipxe-arm64.efi',
  'uefi-ia32': 'ipxe-ia32.efi',
};

/** A program for this firmware that the user serves already; its name must say so. */
function ownProgram(config: PxeConfig, firmware: Firmware): string | undefined {
  const files = [...config.services, ...config.boots].flatMap(({ file }) => file ?? []);
  return files.find((file) => {
    const platform = platformOfName(file);
    return platform !== undefined && !file.includes('://') && fitsFirmware(platform, firmware) === true;
  });
}

/** LTSP writes this where no file is meant. */
export function isUnusedName(file: string | undefined): boolean {
  return file !== undefined && /^unused$/i.test(file);
}

function wrongPrograms(config: PxeConfig): Finding[] {
  return config.services.flatMap((service) => {
    const firmware = service.architecture === undefined ? undefined : FIRMWARE_OF.get(service.architecture);
    // dnsmasq appends .0 to a name without a dot: those are BIOS programs
    const name =
      service.file !== undefined && !service.file.includes('.') ? `${service.file}.0` : service.file;
    // a Raspberry Pi takes its own files, whatever the item names; LTSP writes a name that is none
    const isNotTaken = isForPi(service) || isUnusedName(service.file);
    const platform = name === undefined || isNotTaken ? undefined : platformOfName(name);
    if (firmware === undefined || platform === undefined || fitsFirmware(platform, firmware) !== false)
      return [];
    const wanted = ownProgram(config, firmware) ?? STANDARD_PROGRAMS[firmware] ?? 'ipxe.efi';
    const file = service.file ?? '';
    const at = service.at.raw.lastIndexOf(file);
    const corrected = service.at.raw.slice(0, at) + wanted + service.at.raw.slice(at + file.length);
    return [
      lintFinding('loader-arch-mismatch', [service.at], [{ at: service.at, lines: [corrected] }], {
        title: `${name ?? file} is no program for ${service.architectureText}`,
        cause:
          firmware === 'bios'
            ? 'BIOS firmware cannot run an EFI program.'
            : `UEFI firmware runs EFI programs (.efi) of its own CPU only; ${name ?? file} is dropped after the download, or the boot is cancelled (PXE-E21).`,
      }),
    ];
  });
}

/** A pxe-service line without a file boots the local disk: as the first item of a UEFI menu it ends the boot. */
function localBoot(config: PxeConfig): Finding[] {
  return config.services.flatMap((service) => {
    const isLocal =
      service.file === undefined && (service.serverType === undefined || service.serverType === 0);
    if (!isLocal || service.architecture === undefined || service.architecture === 0) return [];
    const isRaspberryPi = /Raspberry Pi/.test(service.menuText);
    const [first] = firstStage(config, service.architecture);
    if (isRaspberryPi || first !== service || isFileAsText(service)) return [];
    return [lintFinding('local-boot-menu-item', [service.at], [{ at: service.at, lines: [] }])];
  });
}

function severalServices(config: PxeConfig): Finding[] {
  const findings: Finding[] = [];
  for (const code of [6, 7, 9, 11]) {
    const services = firstStage(config, code).filter((service) => service.file !== undefined);
    const [first] = services;
    const rivals = services.filter((service) => service.tags.join() === first?.tags.join());
    if (!first || rivals.length < 2) continue;
    findings.push(
      lintFinding(
        'menu-without-default',
        rivals.map((service) => service.at),
        rivals.slice(1).map((service) => ({ at: service.at, lines: [] })),
        {
          title: `${rivals.length} pxe-service lines for ${first.architectureText}: dnsmasq makes a menu of them that waits for a key`,
        },
      ),
    );
  }
  for (const { at, timeoutSeconds } of config.prompts) {
    if (timeoutSeconds === undefined) {
      findings.push(
        lintFinding('menu-without-default', [at], [{ at, lines: [] }], {
          title: 'pxe-prompt without a time waits for ever',
          mends: [words('or give it a time in seconds')],
        }),
      );
    }
  }
  return findings;
}

function overriddenBoots(config: PxeConfig): Finding[] {
  if (!isProxy(config)) return [];
  return config.boots.flatMap((boot) => {
    const platform = platformOfName(boot.file);
    const isForUefi = platform !== undefined && platform !== 'bios';
    if (!isForUefi || boot.tags.some((tag) => config.ipxeTags.includes(tag))) return [];
    const tagged = boot.tags.flatMap((tag) => config.architectureTags.get(tag) ?? []);
    const code = tagged[0] ?? 7;
    const services = firstStage(config, code);
    const [service] = services;
    if (services.length !== 1 || service?.file === undefined || service.file === boot.file) return [];
    return [
      lintFinding('dhcp-boot-overridden', [boot.at, service.at], [{ at: boot.at, lines: [] }], {
        mends: [words(`keep one of the two: the client gets ${service.file}`)],
      }),
    ];
  });
}

/**
 * A line that is like the user's own: its server and the tag of iPXE. dnsmasq appends ".0" to a name without a dot,
 * which "./" keeps it from.
 */
export function serviceLine(config: PxeConfig, name: string, file: string, server?: string): string {
  const [ipxe] = config.ipxeTags;
  // where another host has the files, it has these too
  const boots = config.boots.filter((boot) => !boot.tags.some((tag) => config.ipxeTags.includes(tag)));
  const elsewhere = config.hasTftp ? undefined : boots.find((boot) => boot.address !== undefined)?.address;
  const own = server ?? config.services.find((service) => service.server !== undefined)?.server ?? elsewhere;
  const tag = ipxe === undefined ? '' : `tag:!${ipxe},`;
  const path = file.includes('.') ? file : `./${file}`;
  return `pxe-service=${tag}${name},"Network boot",${path}${own === undefined ? '' : `,${own}`}`;
}
