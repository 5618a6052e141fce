import type { Ipv4Address, MacAddress } from '../protocol/addresses.ts';
import type { Firmware } from './firmware.ts';

/** What can happen, whichever engine it happened in. DESIGN §3. */
export const BOOT_EVENT_TYPES = [
  'dhcp.discover',
  'dhcp.offer',
  'dhcp.request',
  'dhcp.ack',
  'dhcp.nak',
  'dhcp.ignored',
  'tftp.start',
  'tftp.done',
  'tftp.missing',
  'tftp.error',
  'tftp.aborted',
  'http.get',
  'http.head',
  'http.done',
  'http.missing',
  'http.error',
  'seed.requested',
  'seed.refused',
  'install.progress',
  'report.refused',
  'install.done',
  'install.failed',
  'install.unreported',
  'machine.state',
  'machine.power',
  'engine.starting',
  'engine.ready',
  'engine.stopped',
  'engine.warning',
  'engine.error',
  'network.trouble',
  'network.over',
] as const;

export type BootEventType = (typeof BOOT_EVENT_TYPES)[number];

export type EventDetail = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * One thing that happened. Common keys of `detail`: `port` (67 or 4011), `reason`, `file`, `nextServer`, `path`,
 * `sizeBytes`, `sentBytes`, `durationMs`, `status`, `range`, `userAgent`, `message`, `blksize`, `windowsize`, `xid`,
 * `askedBy` (the card that asked for the seed of another), `askedAs` (what a client behind a relay says it is), `boots` and
 * `menu` (what a loader's configuration boots, and that it asks first), `from` and `to` (states of a machine's life),
 * `machine` (its name in the configuration).
 */
export interface BootEvent {
  /** ISO 8601, milliseconds, UTC */
  readonly time: string;
  readonly type: BootEventType;
  /** of events that are kept: larger than that of each one before, also of sessions before */
  readonly id?: number;
  readonly mac?: MacAddress;
  readonly ip?: Ipv4Address;
  readonly uuid?: string;
  readonly interfaceName?: string;
  readonly firmware?: Firmware;
  readonly detail: EventDetail;
}

/**
 * DHCP of a client that wants an address and boots nothing (mode full): an ordinary machine, or the system that a boot has
 * started.
 */
export function isOfSystem({ type, detail, firmware }: BootEvent): boolean {
  return (
    type.startsWith('dhcp.') &&
    (firmware === undefined || firmware === 'unknown') &&
    (detail['architectures'] ?? '') === '' &&
    !/^(?:PXE|HTTP)Client/.test(String(detail['vendorClass'] ?? ''))
  );
}

/** An event before the sink stamps its time. */
export type NewBootEvent = Omit<BootEvent, 'time' | 'id' | 'detail'> & {
  readonly time?: string;
  readonly detail?: EventDetail;
};

/** Where events go. Never throws and never blocks: a full disk must not stop a boot. */
export interface EventSink {
  emit(event: NewBootEvent): void;
}
