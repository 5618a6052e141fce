import type { Ipv4Address, MacAddress } from '../protocol/addresses.ts';

export const POWER_TYPES = ['wol', 'redfish', 'ipmi'] as const;
/** How firmware boots from the network: PXE of UEFI, HTTP Boot of UEFI, PXE of a BIOS. */
export const BOOT_MODES = ['uefi', 'uefi-http', 'bios'] as const;
export type BootMode = (typeof BOOT_MODES)[number];

/** How a machine is woken by a packet. */
export interface WakePower {
  readonly type: 'wol';
  readonly mac: MacAddress;
  /** a broadcast address of another network, or a relay; none: broadcast on our own interface */
  readonly address?: Ipv4Address;
  /** name of the secret that holds its SecureOn password */
  readonly secret?: string;
}

/** How a management controller is reached that switches a machine. */
export interface ControllerPower {
  readonly type: 'redfish' | 'ipmi';
  /** name or address, with a port where it is another than usual */
  readonly host: string;
  readonly user: string;
  /** name of the secret that holds the password */
  readonly secret: string;
  readonly boot: BootMode;
  /** SHA-256 of its TLS certificate, lower-case hex without colons */
  readonly fingerprint?: string;
  /** file with the certificate of who signed its own, absolute */
  readonly ca?: string;
  /** which of its systems */
  readonly system?: string;
}

export type Power = WakePower | ControllerPower;
