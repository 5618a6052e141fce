import type { MacAddress } from '../protocol/addresses.ts';
import type { Firmware } from './firmware.ts';
import type { Fix } from './fix.ts';

export type Severity = 'error' | 'warning' | 'info';

/** Ids that scripts may rely on; they never change their meaning. DESIGN §7. */
export type FindingId =
  | 'no-boot-service-for-arch'
  | 'loader-arch-mismatch'
  | 'local-boot-menu-item'
  | 'proxy-offer-ignored'
  | 'no-discover-seen'
  | 'no-dhcp-server'
  | 'second-pxe-server'
  | 'port-4011-silent'
  | 'loader-missing'
  | 'tftp-access-denied'
  | 'tftp-blocked'
  | 'tftp-size-probe'
  | 'unsigned-loader-under-secure-boot'
  | 'second-stage-from-router'
  | 'http-client-unanswered'
  | 'http-file-missing'
  | 'ram-too-small-for-iso'
  | 'iso-fetched-twice'
  | 'seed-not-requested'
  | 'seed-refused'
  | 'meta-data-missing'
  | 'autoinstall-flag-missing'
  | 'seed-quoting'
  | 'port-in-use'
  | 'privilege-missing'
  | 'firewall-blocks'
  | 'container-not-on-host-network'
  | 'dnsmasq-version-broken'
  | 'wrong-server-address'
  | 'proxy-without-pxe-service'
  | 'dhcp-boot-overridden'
  | 'dns-port-enabled'
  | 'proxy-range-mismatch'
  | 'ipxe-loop'
  | (string & { readonly __extra?: never });

export interface Evidence {
  /** where it was seen: `log:12`, `packet 7`, `dnsmasq.conf:3`, `host`, `events` */
  readonly source: string;
  readonly text: string;
}

export interface Finding {
  readonly id: FindingId;
  readonly severity: Severity;
  readonly title: string;
  /** why it happens, in plain words */
  readonly cause: string;
  readonly evidence: readonly Evidence[];
  /** what to do, one step an entry */
  readonly mends: readonly Fix[];
  /** codes a user sees on the screen, for example `PXE-E21` */
  readonly codes: readonly string[];
  readonly client?: { readonly mac?: MacAddress; readonly firmware?: Firmware };
}
