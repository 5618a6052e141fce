import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';

/** What is known of one address. */
export interface Lease {
  /** undefined: the address is in use by a machine that has no lease of ours */
  readonly mac: MacAddress | undefined;
  readonly expiresAtMs: number;
  /** until then the client gets it without another probe */
  readonly probedUntilMs: number;
  /** offered to a client that waited for it: nobody else may take it */
  readonly isPromised?: boolean;
  /** by the word of a client alone it is in use: given to others when nothing else is left */
  readonly isDeclined?: true;
  /** the client was asked for at its address then, and what came of it */
  readonly seen?: { readonly atMs: number; readonly isThere: boolean };
}

/** An address for a client, which must be probed before it is named to the client, or need not be. */
export interface Choice {
  readonly address: Ipv4Address;
  readonly needsProbe: boolean;
}
