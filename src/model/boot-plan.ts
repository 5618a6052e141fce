import type { Ipv4Address } from '../protocol/addresses.ts';
import type { Machine } from './config.ts';
import type { Firmware } from './firmware.ts';
import type { LoaderFamily } from './loader.ts';

/** Why a client gets no answer. Each is an event's detail and has a sentence in docs. */
export type IgnoreReason =
  | 'not-pxe'
  | 'unknown-architecture'
  | 'unsupported-architecture'
  | 'loader-missing'
  | 'grub-needs-lease'
  | 'grub-without-http'
  | 'not-for-us'
  | 'machine-boots-local'
  | 'unknown-machine'
  | 'wrong-message-type'
  | 'wrong-port'
  | 'relay-loop'
  | 'unknown-relay'
  | 'other-network'
  | 'malformed'
  | 'other-server-chosen'
  | 'rate-limited'
  | 'no-free-address';

/** The fields of a DHCP answer that carry boot information. */
export interface OfferFields {
  /** option 60 of the answer */
  readonly vendorClass: 'PXEClient' | 'HTTPClient';
  /** header siaddr, always filled */
  readonly nextServer: Ipv4Address;
  /** header sname */
  readonly serverName: string;
  /** header file (and option 67 for HTTP Boot when it is longer than 127 bytes): path or URL, never empty */
  readonly bootFile: string;
  /** bytes of option 43; none for UEFI (an option 43 there is what PXE-E21 is made of) */
  readonly option43?: Uint8Array;
}

/** What is booted after the loader. */
export interface BootTarget {
  /** image id, or `local` for the machine's own disk */
  readonly image: string;
  /** file names relative to the image's folder */
  readonly kernel: string;
  readonly initrd: string;
  /** kernel arguments in order, unquoted; `render/` quotes them per loader */
  readonly arguments: readonly string[];
  /** the loader adds `BOOTIF=01-` and the address of the card that it runs on, which it alone knows */
  readonly passesBootif: boolean;
  readonly isUnattended: boolean;
  readonly ramMiB: number;
}

export interface BootAnswer {
  readonly action: 'boot';
  readonly firmware: Firmware;
  /** first: the loader itself; second: the script for a running iPXE */
  readonly stage: 'first' | 'second';
  readonly loader: LoaderFamily;
  readonly offer: OfferFields;
  readonly machine?: Machine;
  /** name of the profile that took a client which is no machine */
  readonly profile?: string;
  /** every decision in words, in order: what `render --for` prints */
  readonly because: readonly string[];
}

export interface BootRefusal {
  readonly action: 'ignore';
  readonly firmware: Firmware;
  readonly reason: IgnoreReason;
  /** one line in plain words */
  readonly detail: string;
  readonly machine?: Machine;
  /** name of the profile that took a client which is no machine */
  readonly profile?: string;
}

/** What one client gets. */
export type BootPlan = BootAnswer | BootRefusal;
