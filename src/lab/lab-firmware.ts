import type { ImageArchitecture } from '../model/image.ts';
import type { Firmware } from '../model/firmware.ts';

/** Firmware that a virtual machine can boot with. */
export const LAB_FIRMWARES = ['bios', 'uefi', 'uefi-http', 'uefi-secure', 'uefi-arm64'] as const;

export type LabFirmware = (typeof LAB_FIRMWARES)[number];

/** What users call them: the words of `render --for`, and one more for Secure Boot. */
export const LAB_FIRMWARE_NAMES = {
  bios: 'bios',
  'uefi-x64': 'uefi',
  'uefi-http-x64': 'uefi-http',
  'uefi-x64-secure': 'uefi-secure',
  'uefi-arm64': 'uefi-arm64',
} as const satisfies Readonly<Record<string, LabFirmware>>;

/** The firmware that a user calls so, in the words of earlier versions too. */
export function labFirmwareNamed(word: string): LabFirmware | undefined {
  const named = Object.entries(LAB_FIRMWARE_NAMES).find(([name]) => name === word)?.[1];
  return named ?? LAB_FIRMWARES.find((firmware) => firmware === word);
}

/** The machine that a firmware belongs to, and where Debian and Ubuntu keep it. */
export interface LabBoard {
  readonly program: 'qemu-system-x86_64' | 'qemu-system-aarch64';
  /** of images; a PC runs both of its own */
  readonly architectures: readonly ImageArchitecture[];
  /** what the firmware says that it is */
  readonly identifiesAs: Firmware;
  readonly machine: string;
  /** pointer authentication, which `max` has on arm64, makes software emulation several times slower */
  readonly cpu: 'max' | 'cortex-a57';
  /** code and variables in flash, and the package that brings them; none for a BIOS */
  readonly uefi?: { readonly code: string; readonly variables: string; readonly package: string };
}

const PC = { program: 'qemu-system-x86_64', architectures: ['amd64', 'i386'], cpu: 'max' } as const;
const OVMF = {
  code: '/usr/share/OVMF/OVMF_CODE_4M.fd',
  variables: '/usr/share/OVMF/OVMF_VARS_4M.fd',
  package: 'ovmf',
};

export const LAB_BOARDS: Readonly<Record<LabFirmware, LabBoard>> = {
  // graphics=off makes SeaBIOS talk on the serial port
  bios: { ...PC, identifiesAs: 'bios', machine: 'pc,graphics=off' },
  uefi: { ...PC, identifiesAs: 'uefi-x64', machine: 'q35', uefi: OVMF },
  'uefi-http': { ...PC, identifiesAs: 'uefi-http-x64', machine: 'q35', uefi: OVMF },
  'uefi-secure': {
    ...PC,
    identifiesAs: 'uefi-x64',
    machine: 'q35,smm=on',
    uefi: {
      code: '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd',
      // the .ms variables have Microsoft's keys enrolled and Secure Boot switched on
      variables: '/usr/share/OVMF/OVMF_VARS_4M.ms.fd',
      package: 'ovmf',
    },
  },
  'uefi-arm64': {
    program: 'qemu-system-aarch64',
    architectures: ['arm64'],
    identifiesAs: 'uefi-arm64',
    machine: 'virt',
    cpu: 'cortex-a57',
    uefi: {
      code: '/usr/share/AAVMF/AAVMF_CODE.fd',
      variables: '/usr/share/AAVMF/AAVMF_VARS.fd',
      package: 'qemu-efi-aarch64',
    },
  },
};
