import type { Ipv4Address, MacAddress } from '../addresses.ts';

export type DhcpLogMessage =
  'discover' | 'offer' | 'request' | 'ack' | 'nak' | 'inform' | 'decline' | 'release' | 'class' | 'refused';

export type ServerProblemName =
  | 'port-in-use'
  | 'bad-configuration'
  | 'file-unreadable'
  | 'cannot-drop-privileges'
  /** it is to run as a user that this computer does not have */
  | 'unknown-user'
  | 'no-interface'
  /** no network or addresses for who asks on this interface */
  | 'no-address-range'
  | 'send-failed'
  | 'tftp-root-inaccessible'
  | 'failed-to-start';

/** What other servers' logs say, in one vocabulary. */
export type ServerLogEvent =
  | {
      readonly kind: 'dhcp';
      readonly message: DhcpLogMessage;
      readonly mac: MacAddress;
      readonly address?: Ipv4Address;
      readonly server?: Ipv4Address;
      readonly vendorClass?: string;
      /** why the server does not answer */
      readonly remark?: string;
    }
  /** a packet of a client that the log does not name */
  | { readonly kind: 'transaction'; readonly message: DhcpLogMessage; readonly transaction: string }
  | {
      readonly kind: 'tftp';
      /** `asked`: the log does not say how it ended */
      readonly outcome: 'asked' | 'sent' | 'missing' | 'denied' | 'aborted' | 'failed';
      /** the words of the server's refusal */
      readonly reason?: string;
      readonly path?: string;
      readonly client?: Ipv4Address;
    }
  | {
      readonly kind: 'http';
      readonly client: Ipv4Address;
      readonly method: string;
      readonly path: string;
      readonly status: number;
      readonly sentBytes?: number;
      readonly userAgent?: string;
    }
  /** the server complains of itself, its files or its network */
  | { readonly kind: 'problem'; readonly problem: ServerProblemName; readonly subject?: string }
  /** the server found an address in use that it thought free */
  | { readonly kind: 'abandoned'; readonly address: string; readonly why: string }
  /** a line of this program that tells of a fault, and is not understood */
  | { readonly kind: 'complaint' }
  /** a line of this program that says nothing about a boot */
  | { readonly kind: 'note' };

export const NOTE: ServerLogEvent = { kind: 'note' };
