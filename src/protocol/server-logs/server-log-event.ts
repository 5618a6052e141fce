import type { Ipv4Address, MacAddress } from '../addresses.ts';

export type DhcpLogMessage =
  'discover' | 'offer' | 'request' | 'ack' | 'nak' | 'inform' | 'decline' | 'release' | 'class' | 'refused';

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
  | {
      readonly kind: 'tftp';
      /** `asked`: the log does not say how it ended */
      readonly outcome: 'asked' | 'sent' | 'missing' | 'denied' | 'aborted' | 'failed';
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
  /** the server has no network or addresses for who asks on this interface */
  | { readonly kind: 'no-range'; readonly interfaceName: string }
  /** a line of this program that says nothing about a boot */
  | { readonly kind: 'note' };

export const NOTE: ServerLogEvent = { kind: 'note' };
