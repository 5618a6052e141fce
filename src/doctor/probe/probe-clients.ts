import type { Firmware } from '../../model/firmware.ts';

/** A kind of client that the probe plays. */
export interface ProbeClient {
  readonly name: string;
  readonly firmware: Firmware;
  readonly architectures: readonly number[];
  readonly isHttp?: true;
  readonly isIpxe?: true;
  /** false: a network without an answer for it is in order */
  readonly isCommon: boolean;
}

/** Every firmware, first and second stage, the commonest first. */
export const PROBE_CLIENTS: readonly ProbeClient[] = [
  { name: 'UEFI x64', firmware: 'uefi-x64', architectures: [7], isCommon: true },
  { name: 'BIOS', firmware: 'bios', architectures: [0], isCommon: true },
  { name: 'UEFI x64 that says 9', firmware: 'uefi-x64', architectures: [9], isCommon: false },
  { name: 'iPXE on UEFI x64', firmware: 'ipxe', architectures: [7], isIpxe: true, isCommon: false },
  { name: 'iPXE on BIOS', firmware: 'ipxe', architectures: [0], isIpxe: true, isCommon: false },
  {
    name: 'UEFI x64 HTTP Boot',
    firmware: 'uefi-http-x64',
    architectures: [16],
    isHttp: true,
    isCommon: false,
  },
  { name: 'UEFI arm64', firmware: 'uefi-arm64', architectures: [11], isCommon: false },
];
