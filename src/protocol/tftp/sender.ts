/** What the owner of the socket does next. Blocks are numbered from 1 and never wrap here. */
export type SenderAction =
  | { readonly kind: 'send-oack' }
  /** send these blocks in this order and restart the timer */
  | { readonly kind: 'send-blocks'; readonly first: number; readonly last: number }
  /** leave the timer running; `isGapReported`: the client says again what it has, so its window may have a hole */
  | { readonly kind: 'wait'; readonly isGapReported: boolean }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly reason: 'timeout' };

export interface SenderOptions {
  readonly sizeBytes: number;
  readonly blksize: number;
  readonly windowsize: number;
  /** true: an OACK goes first and is acknowledged as block 0 (RFC 2347) */
  readonly hasOack: boolean;
  /** retransmissions without any answer before the client has acknowledged something */
  readonly handshakeRetries: number;
  /** retransmissions without progress after that */
  readonly retries: number;
}

const WAIT: SenderAction = { kind: 'wait', isGapReported: false };
const GAP: SenderAction = { kind: 'wait', isGapReported: true };
const OACK: SenderAction = { kind: 'send-oack' };
const DONE: SenderAction = { kind: 'done' };
const TIMEOUT: SenderAction = { kind: 'failed', reason: 'timeout' };

/**
 * The sending side of one read transfer: RFC 1350 with the windows of RFC 7440, without socket, file or clock.
 *
 * An acknowledgement of block k moves the window to k+1; one of less than the window resends from k+1. One that
 * brings nothing new sends nothing (RFC 1123 §4.2.3.1: answering duplicates doubles every later packet), so lost
 * packets come back by the timer alone. On the wire block numbers are 16 bits and go on with 0 after 65535.
 */
export class TftpSender {
  /** number of blocks; the last is shorter than blksize, and empty when the size is a multiple of it */
  readonly totalBlocks: number;
  readonly #windowsize: number;
  readonly #options: SenderOptions;
  #phase: 'new' | 'negotiating' | 'sending' | 'ended' = 'new';
  #acked = 0;
  #sent = 0;
  #hasAnswered = false;
  #retriesDone = 0;
  #timeouts = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#windowsize = options.windowsize;
    this.totalBlocks = Math.floor(options.sizeBytes / options.blksize) + 1;
  }

  /** highest block that the client has acknowledged with all before it */
  get ackedBlocks(): number {
    return this.#acked;
  }

  /** highest block that was sent */
  get sentBlocks(): number {
    return this.#sent;
  }

  /** whether no DATA was sent yet: an ERROR now refuses the options or was a size probe */
  get isNegotiating(): boolean {
    return this.#phase === 'new' || this.#phase === 'negotiating';
  }

  /** whether the client has acknowledged anything: until then its address may be forged */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** retransmissions since the last progress */
  get retriesDone(): number {
    return this.#retriesDone;
  }

  /** retransmissions of the whole transfer: more than a few mean that the link loses packets */
  get timeouts(): number {
    return this.#timeouts;
  }

  start(): SenderAction {
    if (this.#options.hasOack) {
      this.#phase = 'negotiating';
      return OACK;
    }
    this.#phase = 'sending';
    return this.#sendWindow();
  }

  /** An ACK with its 16-bit block number. */
  receiveAck(block: number): SenderAction {
    if (this.#phase === 'negotiating') {
      if (block !== 0) return WAIT;
      this.#phase = 'sending';
      this.#hasAnswered = true;
      this.#retriesDone = 0;
      return this.#sendWindow();
    }
    if (this.#phase !== 'sending') return WAIT;
    const ahead = (block - this.#acked) & 0xffff;
    if (ahead === 0) return this.#windowsize > 1 ? GAP : WAIT;
    if (ahead > this.#sent - this.#acked) return WAIT;
    this.#acked += ahead;
    this.#hasAnswered = true;
    this.#retriesDone = 0;
    if (this.#acked === this.totalBlocks) {
      this.#phase = 'ended';
      return DONE;
    }
    return this.#sendWindow();
  }

  /** The timer ran out. */
  expire(): SenderAction {
    if (this.#phase === 'ended' || this.#phase === 'new') return WAIT;
    const allowed = this.#hasAnswered ? this.#options.retries : this.#options.handshakeRetries;
    if (this.#retriesDone >= allowed) {
      this.#phase = 'ended';
      return TIMEOUT;
    }
    this.#retriesDone += 1;
    this.#timeouts += 1;
    if (this.#phase === 'negotiating') return OACK;
    return { kind: 'send-blocks', first: this.#acked + 1, last: this.#sent };
  }

  #sendWindow(): SenderAction {
    this.#sent = Math.min(this.#acked + this.#windowsize, this.totalBlocks);
    return { kind: 'send-blocks', first: this.#acked + 1, last: this.#sent };
  }
}
