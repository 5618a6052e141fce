import type { Ipv4Address, MacAddress } from '../protocol/addresses.ts';

/** How files travel. */
export const TRANSFER_PROTOCOLS = ['tftp', 'http'] as const;
export type TransferProtocol = (typeof TRANSFER_PROTOCOLS)[number];

/** A file, or a part of one, that is on its way to a client. */
export interface RunningTransfer {
  readonly ip: Ipv4Address;
  readonly mac?: MacAddress | undefined;
  readonly path: string;
  /** ISO 8601 */
  readonly startedAt: string;
  readonly sentBytes: number;
  /** of what was asked for */
  readonly sizeBytes: number;
}

/** The files that servers are sending, asked when somebody looks: counting costs a transfer nothing. */
export class RunningTransfers {
  readonly #running = new Set<() => RunningTransfer>();

  /** @returns what ends it */
  begin(read: () => RunningTransfer): () => void {
    this.#running.add(read);
    return () => this.#running.delete(read);
  }

  list(): readonly RunningTransfer[] {
    return Array.from(this.#running, (read) => read());
  }
}
