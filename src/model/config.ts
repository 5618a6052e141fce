import type { Ipv4Address, Ipv4Network } from '../protocol/addresses.ts';
import type { LoaderPlatform } from './firmware.ts';
import type { MachineIdentity } from './machine-key.ts';
import type { InstallState } from './machine-state.ts';
import type { Power } from './power.ts';
import type { Reporting } from './reporting.ts';

export const NETWORK_MODES = ['proxy', 'pxe-only', 'full'] as const;
export type NetworkMode = (typeof NETWORK_MODES)[number];
export const ENGINE_NAMES = ['docker', 'dnsmasq', 'builtin'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];
export const ENGINE_CHOICES = ['auto', ...ENGINE_NAMES] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];
export const UNKNOWN_CHOICES = ['menu', 'hold', 'local', 'ignore'] as const;
/** What becomes of clients that are no machine and that no profile takes. */
export type UnknownChoice = (typeof UNKNOWN_CHOICES)[number];
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

export interface Loaders {
  readonly bios: BiosLoader;
  readonly uefi: UefiLoader;
}

/** A value of `vars`: anything that YAML can say. */
export type VarValue = JsonValue;
type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type Vars = Readonly<Record<string, VarValue>>;

/** What a client is booted with: machine over profile over what holds for everyone. */
export interface BootSettings {
  readonly name: string;
  /** image id, or `local`; none: `boot.default` */
  readonly image?: string;
  readonly install?: InstallSeed;
  /** whether the next network boot installs unattended; from what is known, never from the file */
  readonly isArmed: boolean;
  readonly secureBoot: boolean;
  /** kernel arguments beside those of `boot.arguments` */
  readonly arguments: readonly string[];
  readonly loaders: Loaders;
  readonly vars: Vars;
}

/** A client known by its MAC, its UUID or its serial number. */
export interface Machine extends BootSettings, MachineIdentity {
  /** the profile that it names */
  readonly profile?: string;
  /** it is behind a relay, where no table shows its card: the token of its order alone counts */
  readonly isRelayed?: boolean;
  /** where a machine with an install seed stands */
  readonly installState?: InstallState;
  /** how it is switched on and off */
  readonly power?: Power;
}

/** Which clients that are no machine a profile takes: all that is asked must hold, of each list one. */
export interface ProfileMatch {
  /** whole bytes, `f4:4d:30` */
  readonly macPrefixes: readonly string[];
  /** parts of option 60 */
  readonly vendorClasses: readonly string[];
  readonly architectures: readonly LoaderPlatform[];
  /** our own network, or relayed ones */
  readonly subnets: readonly Ipv4Network[];
}

/** What machines that name it are booted with, where they say nothing else. */
export interface Profile extends BootSettings {
  readonly match?: ProfileMatch;
  /** an order to install is for one machine: nobody is armed by a profile */
  readonly isArmed: false;
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
    readonly unknown: UnknownChoice;
    /** extra kernel arguments for every machine */
    readonly arguments: readonly string[];
    /** baud rate when loaders and kernels shall talk on the first serial port */
    readonly serialBaud?: number;
  };
  readonly loaders: Loaders;
  /** for machines that no entry sets them for */
  readonly vars: Vars;
  /** in the order of the file */
  readonly profiles: readonly Profile[];
  readonly machines: readonly Machine[];
  readonly mirrors: Readonly<Record<string, string>>;
  /** where the files lie that projects share: `shared`, `off`, or a folder, absolute */
  readonly store?: string;
  readonly reporting: Reporting;
  readonly engineOptions: { readonly docker: { readonly image?: string; readonly buildFromHost: boolean } };
}
