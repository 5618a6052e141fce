import type { FindingId } from './finding.ts';

/** What is wrong on the network that pxectl serves, as it is seen from here. */
export interface NetworkTrouble {
  readonly id: FindingId;
  /** info: worth knowing when a machine behaves strangely, and no trouble by itself */
  readonly severity: 'error' | 'warning' | 'info';
  /** one line, with the addresses it is about */
  readonly message: string;
}

/** A trouble of a running pxectl that is not over yet. */
export interface OpenTrouble extends NetworkTrouble {
  /** ISO 8601 */
  readonly since: string;
}
