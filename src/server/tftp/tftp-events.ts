import type { EventDetail, EventSink } from '../../model/boot-event.ts';
import { printable } from '../../model/printable.ts';
import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';
import { NearNames } from '../near-names.ts';
import type { Transfer, TransferPeer } from './transfer.ts';
import type { TransferOutcome } from './transfer-outcome.ts';

/** The MAC behind an address in the neighbour table, if it is known. */
export type ResolveMac = (ip: Ipv4Address) => MacAddress | undefined;

export interface TftpEventsOptions {
  readonly sink: EventSink;
  readonly root: string;
  readonly resolveMac: ResolveMac | undefined;
}

/** Events in one second about rubbish, and about files that cannot be had: a flood must not fill the disk. */
const MAX_COMPLAINTS_PER_SECOND = 10;
const MAX_REFUSALS_PER_SECOND = 200;

/** What the TFTP server tells of its clients. */
export class TftpEvents {
  readonly #options: TftpEventsOptions;
  readonly #nearNames: NearNames;
  readonly #complaints = new PerSecond(MAX_COMPLAINTS_PER_SECOND);
  readonly #unanswered = new PerSecond(MAX_COMPLAINTS_PER_SECOND);
  readonly #started = new WeakSet<Transfer>();
  readonly #refusals = new PerSecond(MAX_REFUSALS_PER_SECOND);

  constructor(options: TftpEventsOptions) {
    this.#options = options;
    this.#nearNames = new NearNames(options.root);
  }

  /** Its client has answered: a request alone is made up by anybody. */
  started(transfer: Transfer): void {
    const { peer, path, sizeBytes, negotiated } = transfer;
    const { blksize, windowsize } = negotiated;
    this.#started.add(transfer);
    this.#emit('tftp.start', peer, { path, sizeBytes, blksize, windowsize });
  }

  ended(transfer: Transfer, outcome: TransferOutcome): void {
    if (!this.#started.has(transfer)) {
      if (!transfer.hasAnswered && !this.#unanswered.mayHaveOneMore()) return;
      this.started(transfer);
    }
    const { blksize, windowsize } = transfer.negotiated;
    this.#emit(`tftp.${outcome.kind}`, transfer.peer, {
      path: transfer.path,
      sizeBytes: transfer.sizeBytes,
      sentBytes: outcome.kind === 'done' ? transfer.sizeBytes : transfer.sentBytes,
      durationMs: Math.round(performance.now() - transfer.startedAtMs),
      blksize,
      windowsize,
      ...(transfer.timeouts === 0 ? {} : { retransmissions: transfer.timeouts }),
      ...(outcome.message === undefined ? {} : { message: outcome.message }),
      ...(outcome.kind === 'done' ? {} : { reason: outcome.reason }),
    });
  }

  /** There is no such file; the event names those whose names come near. */
  async missing(peer: TransferPeer, path: string): Promise<void> {
    if (!this.#refusals.mayHaveOneMore()) return;
    const near = await this.#nearNames.find(path);
    this.#emit('tftp.missing', peer, {
      path: printable(path),
      ...(near.length === 0 ? {} : { message: `did you mean ${near.join(' or ')}?` }),
    });
  }

  /** The file is there and may not, or cannot, be read. */
  unreadable(
    peer: TransferPeer,
    path: string,
    reason: 'access-denied' | 'read-failed',
    message: string,
  ): void {
    if (!this.#refusals.mayHaveOneMore()) return;
    this.#emit('tftp.error', peer, { path: printable(path), reason, message });
  }

  /** A packet that was answered with an ERROR, or not at all. */
  complaint(
    address: Ipv4Address,
    reason: string,
    { path, message }: { readonly path?: string; readonly message?: string },
  ): void {
    if (!this.#complaints.mayHaveOneMore()) return;
    const mac = this.#options.resolveMac?.(address);
    this.#emit(
      'tftp.error',
      { address, mac },
      {
        reason,
        ...(path === undefined ? {} : { path: printable(path) }),
        ...(message === undefined ? {} : { message: printable(message) }),
      },
    );
  }

  trouble(message: string): void {
    this.#emit('engine.warning', undefined, { message });
  }

  #emit(
    type: 'tftp.start' | 'tftp.done' | 'tftp.missing' | 'tftp.error' | 'tftp.aborted' | 'engine.warning',
    peer: Pick<TransferPeer, 'address' | 'mac'> | undefined,
    detail: EventDetail,
  ): void {
    this.#options.sink.emit({
      type,
      ...(peer === undefined ? {} : { ip: peer.address }),
      ...(peer?.mac === undefined ? {} : { mac: peer.mac }),
      detail,
    });
  }
}

/** Counts what happens within a second. */
class PerSecond {
  readonly #most: number;
  #second = 0;
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  mayHaveOneMore(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= this.#most;
  }
}
