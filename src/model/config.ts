import type { Ipv4Address, Ipv4Network, MacAddress } from '../protocol/addresses.ts';
import type { InstallState } from './machine-state.ts';

export const NETWORK_MODES = ['proxy', 'pxe-only', 'full'] as const;
export type NetworkMode = (typeof NETWORK_MODES)[number];
export type EngineName = 'builtin' | 'dnsmasq' | 'docker';
export const ENGINE_CHOICES = ['auto', 'docker', 'dnsmasq', 'builtin'] as const satisfies (
  EngineName | 'auto'
)[];
export type EngineChoice = (typeof ENGINE_CHOICES)[number];
export type BiosLoader = 'auto' | 'pxelinux' | 'ipxe';
export type UefiLoader = 'auto' | 'ipxe' | 'grub';

/** Addresses that pxe-only and full lease, both ends included. */
export interface AddressRange {
  readonly first: Ipv4Address;
  readonly last: Ipv4Address;
}

export interface InstallSeed {
  /** file with the seed (preseed, user-data, kickstart …), absolute */
  readonly seed: string;
  /** false: `machines arm --always` may let every boot install */
  readonly once: boolean;
}

/** A client known by MAC or UUID. */
export interface Machine {
  readonly mac?: MacAddress;
  /** lower-case 8-4-4-4-12 */
  readonly uuid?: string;
  readonly name: string;
  /** image id, or `local` */
  readonly image?: string;
  readonly install?: InstallSeed;
  /** whether the next network boot installs unattended; from what is known, never from the file */
  readonly isArmed: boolean;
  /** where a machine with an install seed stands */
  readonly installState?: InstallState;
  readonly secureBoot: boolean;
  /** extra kernel arguments */
  readonly arguments: readonly string[];
}

/** pxectl.yaml after validation, with defaults filled in and paths made absolute. */
export interface Config {
  readonly version: 1;
  readonly network: {
    readonly interface: string;
    readonly address: Ipv4Address;
    /** prefix length of the interface's network */
    readonly prefix: number;
    readonly mode: NetworkMode;
    readonly range?: AddressRange;
    /** what leases name; never guessed by an engine that others do not share */
    readonly router?: Ipv4Address;
    readonly nameServers?: readonly Ipv4Address[];
    /** networks behind relays whose clients are answered too; proxy mode alone */
    readonly relayed?: readonly Ipv4Network[];
  };
  readonly http: { readonly port: number };
  readonly engine: EngineChoice;
  readonly images: readonly string[];
  readonly boot: {
    /** image id, or `local` */
    readonly default: string;
    readonly menu: boolean;
    readonly timeoutSeconds: number;
    /** extra kernel arguments for every machine */
    readonly arguments: readonly string[];
    /** baud rate when loaders and kernels shall talk on the first serial port */
    readonly serialBaud?: number;
  };
  readonly loaders: { readonly bios: BiosLoader; readonly uefi: UefiLoader };
  readonly machines: readonly Machine[];
  readonly mirrors: Readonly<Record<string, string>>;
  readonly engineOptions: { readonly docker: { readonly image?: string; readonly buildFromHost: boolean } };
}
