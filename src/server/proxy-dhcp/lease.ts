import type { AddressRange } from '../../model/config.ts';
import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';

/** What is known of one address. */
export interface Lease {
  /** undefined: the address is in use by a machine that has no lease of ours */
  readonly mac: MacAddress | undefined;
  readonly expiresAtMs: number;
  /** until then the client gets it without another probe */
  readonly probedUntilMs: number;
  /** whose it was before: it may be there still, whatever was said in its name */
  readonly former?: MacAddress;
  /** when the client was given it */
  readonly confirmedAtMs?: number;
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

export interface LeasePoolOptions {
  readonly range: AddressRange;
  readonly leaseSeconds: number;
  /** addresses inside the range that are never given: our own, the router's */
  readonly reserved: readonly Ipv4Address[];
  /** addresses of configured machines: each is given to its own machine alone; another map when they changed */
  readonly ownAddresses?: () => ReadonlyMap<MacAddress, Ipv4Address>;
  /** the leases are no longer what they were */
  readonly onChange?: () => void;
  /** more clients ask than there are addresses: an offer that its client has not taken is somebody else's now */
  readonly onPressure?: () => void;
  /** a client asked for one of the last addresses, and got none yet */
  readonly onShortage?: () => void;
}
