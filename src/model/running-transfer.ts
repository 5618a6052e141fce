import type { Ipv4Address, MacAddress } from '../protocol/addresses.ts';

/** A file, or a part of one, that is on its way to a client. */
export interface RunningTransfer {
  readonly ip: Ipv4Address;
  readonly mac?: MacAddress;
  readonly path: string;
  /** ISO 8601 */
  readonly startedAt: string;
  readonly sentBytes: number;
  /** of what was asked for */
  readonly sizeBytes: number;
}
