import type { Ipv4Address, MacAddress } from '../addresses.ts';

/** What every record of a dnsmasq log says about itself. */
export interface RecordOrigin {
  /** number of its first line, from 1 */
  readonly line: number;
  /** number of its last line */
  readonly lastLine: number;
  /** the first line's message, without what syslog or docker put before it */
  readonly text: string;
  /** the stamp as it was written, if there was one */
  readonly stamp?: string | undefined;
  /** ISO 8601 in UTC; only when the stamp names year and zone */
  readonly time?: string | undefined;
  /** what a tool put before the message: container or host name */
  readonly service?: string | undefined;
  readonly pid?: number | undefined;
}

/** One option that dnsmasq says it sent. */
export interface SentOption {
  readonly code: number;
  readonly name: string;
  /** the value as it was written */
  readonly text: string;
  /** length on the wire */
  readonly sizeBytes: number;
  /** the bytes, when the value is written as colon-separated hex and not cut short */
  readonly bytes?: Uint8Array;
  /** true when dnsmasq or a human cut the value short with `...` */
  readonly isElided: boolean;
}

/** What the client's packet was, as far as the log says. */
export type ClientMessage =
  'discover' | 'request' | 'inform' | 'decline' | 'release' | 'pxe' | 'pxe-boot-server' | 'bootp' | 'unknown';

/** The numbers of the lines in which a packet's block tells these things first. */
export interface ToldLines {
  readonly packet?: number | undefined;
  readonly vendorClass?: number | undefined;
  readonly bootFile?: number | undefined;
  readonly nextServer?: number | undefined;
  readonly option67?: number | undefined;
  readonly option43?: number | undefined;
}

/** One client packet and what was answered, if anything. */
export interface ExchangeRecord extends RecordOrigin {
  readonly kind: 'exchange';
  /** absent without `log-dhcp` */
  readonly xid?: number | undefined;
  readonly message: ClientMessage;
  readonly interfaceName?: string | undefined;
  readonly mac?: MacAddress | undefined;
  /** the MAC as it was written: people shorten it (`f4:4d:...`) */
  readonly macText?: string | undefined;
  /** the address that the line names: requested, offered or the client's own */
  readonly address?: Ipv4Address | undefined;
  readonly vendorClass?: string | undefined;
  readonly userClass?: string | undefined;
  readonly hostName?: string | undefined;
  /** the number in the vendor class */
  readonly architecture?: number | undefined;
  readonly tags: readonly string[];
  readonly requestedOptions: readonly number[];
  /** `proxy-ignored`, `ignored`: dnsmasq was told not to answer */
  readonly isIgnored: boolean;
  /** `wrong address`, `no address available` …: what dnsmasq adds at the end of a line */
  readonly remark?: string | undefined;
  readonly bootFile?: string | undefined;
  readonly serverName?: string | undefined;
  readonly nextServer?: string | undefined;
  readonly isBroadcast: boolean;
  readonly sent: readonly SentOption[];
  /** what was answered; undefined when nothing was, or when the log does not say (no `log-dhcp`) */
  readonly reply?: 'offer' | 'ack' | 'nak' | undefined;
  /** dnsmasq says that it answered as proxy */
  readonly isProxy: boolean;
  /** false when the block was cut: the log ended in it, or it grew beyond all bounds */
  readonly isComplete: boolean;
  /** numbers of the lines to quote */
  readonly told: ToldLines;
  /** where the client's packet arrived, when that can be told */
  readonly port?: 67 | 4011 | undefined;
}

export type TftpOutcome =
  'sent' | 'failed' | 'aborted' | 'client-error' | 'missing' | 'denied' | 'unreadable' | 'unsupported';

export interface TftpRecord extends RecordOrigin {
  readonly kind: 'tftp';
  readonly outcome: TftpOutcome;
  /** as the server sees it, with its root in front; absent where dnsmasq does not name it */
  readonly path?: string | undefined;
  /** absent where this version of dnsmasq does not name the client */
  readonly client?: Ipv4Address | undefined;
  /** TFTP error code that the client sent */
  readonly errorCode?: number | undefined;
  readonly reason?: string | undefined;
}

export interface StartedRecord extends RecordOrigin {
  readonly kind: 'started';
  readonly version: string;
  readonly isDnsOn: boolean;
}

export interface CompileOptionsRecord extends RecordOrigin {
  readonly kind: 'compile-options';
  readonly options: readonly string[];
}

/** `DHCP, proxy on subnet …` and `DHCP, IP range …`. */
export interface ContextRecord extends RecordOrigin {
  readonly kind: 'context';
  readonly mode: 'proxy' | 'range' | 'static';
  readonly first: string;
  readonly last?: string;
  readonly leaseTime?: string;
}

export interface TftpRootRecord extends RecordOrigin {
  readonly kind: 'tftp-root';
  readonly root: string;
  readonly isSecure: boolean;
}

/** Names of what dnsmasq complains about; `other` for complaints we have no name for. */
export type ProblemName =
  | 'port-in-use'
  | 'unknown-interface'
  | 'missing-capability'
  | 'cannot-drop-privileges'
  | 'unknown-user'
  | 'tftp-root-inaccessible'
  | 'bad-configuration'
  | 'no-address-range'
  | 'interface-without-address'
  | 'interface-missing'
  | 'send-failed'
  | 'lease-file'
  | 'pxe-menu-too-large'
  | 'failed-to-start'
  | 'other';

export interface ProblemRecord extends RecordOrigin {
  readonly kind: 'problem';
  readonly severity: 'error' | 'warning';
  readonly problem: ProblemName;
  /** interface, port, path or file:line that it is about */
  readonly subject?: string;
}

export interface StoppedRecord extends RecordOrigin {
  readonly kind: 'stopped';
  readonly signal: string;
}

/** A line of dnsmasq that says nothing about booting. */
export interface NoteRecord extends RecordOrigin {
  readonly kind: 'note';
  /** false: no line that dnsmasq is known to write in English; it may say anything */
  readonly isKnown: boolean;
}

export type DnsmasqLogRecord =
  | ExchangeRecord
  | TftpRecord
  | StartedRecord
  | CompileOptionsRecord
  | ContextRecord
  | TftpRootRecord
  | ProblemRecord
  | StoppedRecord
  | NoteRecord;
