import type { Firmware } from '../../model/firmware.ts';
import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';
import type {
  ClientObservation,
  HttpRead,
  Phase,
  RefusedSeen,
  ReplySeen,
  RequestSeen,
  TftpRead,
} from './observation.ts';

/** Who sent a DHCP packet, as far as it says. */
export interface ClientIdentity {
  /** the MAC, or another stable name where the source shortens it */
  readonly key: string;
  readonly mac?: MacAddress;
  readonly macText?: string;
  readonly firmware: Firmware | 'system';
  readonly architectures: readonly number[];
  readonly vendorClass?: string;
}

/** an answer is kept with its quotes */
export const WEIGHT_OF_REPLY = 3;

/** A phase that is still written to. */
export interface OpenPhase extends Phase {
  firmware: Firmware | 'system';
  requests: RequestSeen[];
  replies: ReplySeen[];
  tftp: TftpRead[];
  http: HttpRead[];
  refused: RefusedSeen[];
}

/** A client of which more may come. */
export interface OpenClient {
  readonly key: string;
  readonly mac?: MacAddress;
  readonly macText?: string;
  ip: Ipv4Address | undefined;
  readonly phases: OpenPhase[];
  judgedCount: number;
  /** it was at it when the log began: nobody saw it ask */
  beganUnseen: boolean;
  /** when it was heard of last, counted in packets */
  lastSeen: number;
}

/** What was seen of it so far. */
export function observationOf(client: OpenClient): ClientObservation {
  return {
    ...(client.mac === undefined ? {} : { mac: client.mac }),
    ...(client.macText === undefined ? {} : { macText: client.macText }),
    ...(client.ip === undefined ? {} : { ip: client.ip }),
    ...(client.judgedCount === 0 ? {} : { judgedCount: client.judgedCount }),
    phases: client.phases,
  };
}

/** What it takes in memory, in packets. */
export function weightOf({ phases }: OpenClient): number {
  return phases.reduce(
    (sum, { requests, replies, tftp, http, refused }) =>
      sum + requests.length + WEIGHT_OF_REPLY * replies.length + tftp.length + http.length + refused.length,
    0,
  );
}

/** Another program asks, or the same one again after it had fetched something: a new phase. */
export function startsPhase(current: OpenPhase, who: ClientIdentity, seen: RequestSeen): boolean {
  if (seen.type !== 'discover') {
    // a request to port 4011 or for an address follows its DISCOVER; only a program that skips DISCOVER differs
    return who.firmware !== current.firmware && who.firmware !== 'unknown' && seen.port === 67;
  }
  if (who.firmware !== current.firmware) return true;
  return current.tftp.some((read) => read.outcome === 'done') || current.http.length > 0;
}

/** A phase in which nothing was seen yet. */
export function emptyPhase(
  firmware: Firmware | 'system',
  architectures: readonly number[],
  vendorClass?: string,
): OpenPhase {
  return {
    firmware,
    architectures,
    ...(vendorClass === undefined ? {} : { vendorClass }),
    requests: [],
    replies: [],
    tftp: [],
    http: [],
    refused: [],
  };
}
