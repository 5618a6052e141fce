import type { Ipv4Address, Ipv4Network } from '../protocol/addresses.ts';

/** What a webhook can be told of. */
export const NOTICES = ['boot-failed', 'installed', 'unknown-machine'] as const;
export type Notice = (typeof NOTICES)[number];

/** Where numbers can be read. */
export interface MetricsListen {
  readonly address: Ipv4Address;
  readonly port: number;
  /** who may read beside this machine */
  readonly allow: readonly Ipv4Network[];
}

/** Who is told, by HTTP POST. */
export interface Webhook {
  readonly url: string;
  /** name of the secret that it is signed with */
  readonly secret?: string;
  readonly on: readonly Notice[];
}

/** What a running pxectl tells other programs. */
export interface Reporting {
  readonly metrics?: MetricsListen;
  readonly notify: readonly Webhook[];
  /** OTLP over HTTP: where the spans of boots go */
  readonly traces?: string;
}
