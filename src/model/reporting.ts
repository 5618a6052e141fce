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

/** Who can reach the dashboard: this computer alone, or the network that machines boot on. */
export const DASHBOARD_REACHES = ['loopback', 'lan'] as const;

/** Where pages show what a running pxectl does. */
export interface DashboardListen {
  readonly reach: (typeof DASHBOARD_REACHES)[number];
  readonly port: number;
  /** false: nobody has chosen the port, and where it is taken another one does */
  readonly isPortGiven: boolean;
  /** that it is asked for by, beside its address */
  readonly names: readonly string[];
}

/** What a running pxectl tells people with a browser, and other programs. */
export interface Reporting {
  /** absent: there is none */
  readonly dashboard?: DashboardListen;
  readonly metrics?: MetricsListen;
  readonly notify: readonly Webhook[];
  /** OTLP over HTTP: where the spans of boots go */
  readonly traces?: string;
}
