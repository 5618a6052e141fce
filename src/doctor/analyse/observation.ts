import type { Evidence, Finding } from '../../model/finding.ts';
import type { Firmware } from '../../model/firmware.ts';
import type { PassedOver } from '../../model/verdict.ts';
import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';

/** From where the boot was watched: what was not seen means different things. */
export type Vantage = 'server-log' | 'capture' | 'events' | 'probe';

/** One thing that was seen, with the line or packet that shows it. */
export interface Seen {
  readonly evidence: Evidence;
  /** milliseconds since 1970, where the source has a clock */
  readonly timeMs?: number;
}

export interface RequestSeen extends Seen {
  readonly type: 'discover' | 'request' | 'inform' | 'decline' | 'other';
  readonly port: 67 | 4011;
  /** the server that the client chose (option 54), or that it sends to on port 4011 */
  readonly server?: Ipv4Address;
  readonly clientAddress?: Ipv4Address;
  /** the client asked for answers by broadcast: a capture elsewhere on the network sees them too */
  readonly wantsBroadcast?: boolean;
  /** the server says that it does not answer this client, with its reason */
  readonly ignoredBecause?: string;
  /** and that its configuration wants it so */
  readonly isLeftAlone?: boolean;
  /** the server says that it answered, and not what */
  readonly wasAnswered?: boolean;
  /** the record of this packet is cut: that no answer is in it proves nothing */
  readonly isCut?: boolean;
}

/** The PXE options of an answer, as far as they are readable: people shorten the bytes in logs. */
export interface Option43Seen {
  /** all bytes, or those before the `...` */
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
  readonly isElided: boolean;
}

export interface ReplySeen extends Seen {
  readonly type: 'offer' | 'ack' | 'nak';
  /** the port that it was sent from */
  readonly port: 67 | 4011;
  /** option 54, else the sender */
  readonly server?: Ipv4Address;
  /** the address that is leased; absent in proxy answers */
  readonly leasedAddress?: Ipv4Address;
  /** header siaddr, absent when 0.0.0.0 */
  readonly nextServer?: Ipv4Address;
  /** header `file`; absent when empty */
  readonly headerFile?: string;
  /** option 67; absent when empty */
  readonly optionFile?: string;
  /** option 66 */
  readonly tftpServerName?: string;
  /** option 60 */
  readonly vendorClass?: string;
  readonly option43?: Option43Seen;
  /** option 6: name servers, which HTTP Boot wants to know for names in URLs */
  readonly hasDns?: boolean;
  /** where the answer was sent to */
  readonly destination?: Ipv4Address;
  readonly destinationPort?: number;
  /** more lines or packets to quote, most telling last */
  readonly quotes?: readonly Evidence[];
}

/** The file that firmware takes from an answer: option 67 before the header field (EDK2 PxeBcDhcp4.c). */
export function bootFileOf(reply: ReplySeen): string | undefined {
  return reply.optionFile ?? reply.headerFile;
}

export type TftpOutcome =
  | 'done'
  | 'size-probe'
  | 'missing'
  | 'denied'
  | 'server-error'
  | 'cancelled'
  /** no packet came back at all */
  | 'no-answer'
  /** the server answered and the client never acknowledged */
  | 'answer-lost'
  | 'stalled'
  | 'under-way';

export interface TftpRead extends Seen {
  readonly path: string;
  readonly server?: Ipv4Address;
  readonly outcome: TftpOutcome;
  readonly sentBytes?: number;
  readonly sizeBytes?: number;
  readonly message?: string;
  readonly lastTimeMs?: number;
  /** what the first bytes say about the file */
  readonly program?: ProgramSeen;
  /** how often the same request was sent */
  readonly requestCount?: number;
}

/** The kind of program that a transfer carried. */
export type ProgramSeen =
  | { readonly kind: 'efi'; readonly machine: string; readonly isSigned: boolean }
  /** no EFI program: a BIOS loader, a kernel, a text */
  | { readonly kind: 'other' };

export interface HttpRead extends Seen {
  readonly method: string;
  readonly path: string;
  readonly server?: Ipv4Address;
  readonly status?: number;
  readonly sentBytes?: number;
  readonly sizeBytes?: number;
  readonly userAgent?: string;
  readonly isCutByClient?: boolean;
  /** the server ended the connection without an answer */
  readonly isReset?: boolean;
  /** the client acknowledged an answer that the capture does not have */
  readonly isAnswerUnseen?: boolean;
  readonly isDone?: boolean;
  readonly hasRange?: boolean;
  readonly lastTimeMs?: number;
}

/** ICMP "unreachable" that came back for a packet of the client. */
export interface RefusedSeen extends Seen {
  readonly server: Ipv4Address;
  readonly port: number;
}

/** What one program (firmware, iPXE, the started system) did between its DISCOVER and the next program's. */
export interface Phase {
  readonly firmware: Firmware | 'system';
  readonly architectures: readonly number[];
  readonly vendorClass?: string;
  readonly requests: readonly RequestSeen[];
  readonly replies: readonly ReplySeen[];
  readonly tftp: readonly TftpRead[];
  readonly http: readonly HttpRead[];
  readonly refused: readonly RefusedSeen[];
}

export interface ClientObservation {
  readonly mac?: MacAddress;
  /** the MAC as it was written, when it was shortened */
  readonly macText?: string;
  readonly ip?: Ipv4Address;
  readonly phases: readonly Phase[];
  /** so many of the first phases were judged already: they only tell what went before */
  readonly judgedCount?: number;
}

/** A complaint of the server program itself. */
export interface ServerProblem extends Seen {
  readonly problem: string;
  readonly subject?: string;
  /** who complains, where that is not dnsmasq */
  readonly server?: string;
  /** it is about an interface beside the one that serves */
  readonly isBeside?: boolean;
  /** the complaint without what stands before it in the log */
  readonly words?: string;
}

/** Why no more can be said of an input, and what would help. */
export interface Limit {
  readonly text: string;
  readonly advice?: string;
}

/** What is left of clients and boots that were judged on the way and let go. */
export interface SettledSeen {
  /** clients of which nothing else is left */
  readonly clientCount: number;
  /** there were more than are counted */
  readonly isMore: boolean;
  readonly findings: readonly Finding[];
  readonly limits: readonly Limit[];
  /** clients of which no boot was seen to its end, and the first of them */
  readonly openCount: number;
  readonly firstOpen?: ClientObservation;
}

/** Everything that a log, a capture or the events of pxectl show. */
export interface Observations {
  readonly vantage: Vantage;
  /** what the source is, in words: `log of dnsmasq` */
  readonly source?: string;
  /** the servers that wrote a log */
  readonly programs?: readonly string[];
  readonly clients: readonly ClientObservation[];
  readonly settled?: SettledSeen;
  /** facts about the server, where the source tells them */
  readonly server: {
    readonly dnsmasqVersion?: string;
    readonly isProxy?: boolean;
    readonly tftpRoot?: string;
    readonly interfaceName?: string;
    readonly address?: Ipv4Address;
    readonly versionEvidence?: Evidence;
    readonly isDnsOn?: boolean;
    /** every packet is written with what was answered (`log-dhcp`): silence shows */
    readonly logsAnswers?: boolean;
    /** dnsmasq leases addresses itself */
    readonly leases?: boolean;
    /** the addresses that it leases: `192.168.1.100 - 192.168.1.200` */
    readonly range?: string;
    /** the log tells about transfers: TFTP is dnsmasq's own */
    readonly servesTftp?: boolean;
    /** another DHCP server than dnsmasq writes here, and none of its clients is known to boot */
    readonly otherDhcp?: string;
    /** DHCP packets of clients that may or may not boot: the log does not tell without log-dhcp */
    readonly unidentifiedDhcpCount?: number;
    /** those that log-dhcp would tell the class of, and whose lines tell none */
    readonly plainDhcpCount?: number;
  };
  readonly problems: readonly ServerProblem[];
  /** whether transfers show when they begin; false: only when they end. Not said: they show */
  readonly showsStarts?: { readonly tftp: boolean; readonly http: boolean };
  readonly firstTimeMs?: number;
  readonly lastTimeMs?: number;
  /** lines or packets that were read */
  readonly readCount: number;
  /** lines that say nothing that doctor knows, by kind */
  readonly passedOver?: readonly PassedOver[];
  /** what the source itself could not show: cut packets, other protocols */
  readonly limits?: readonly Limit[];
}

/** The program that the client runs in this phase, in words. */
export function phaseName(phase: Phase): string {
  switch (phase.firmware) {
    case 'bios':
      return 'a BIOS client';
    case 'uefi-ia32':
      return 'a UEFI ia32 client';
    case 'uefi-x64':
      return 'a UEFI x64 client';
    case 'uefi-arm64':
      return 'a UEFI arm64 client';
    case 'uefi-http-x64':
      return 'a UEFI x64 HTTP Boot client';
    case 'uefi-http-arm64':
      return 'a UEFI arm64 HTTP Boot client';
    case 'ipxe':
      return 'iPXE';
    case 'raspberry-pi':
      return 'a Raspberry Pi';
    case 'system':
      return 'the started system';
    case 'unknown':
      return 'a client of an unknown architecture';
  }
}
