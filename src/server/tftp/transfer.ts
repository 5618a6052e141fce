import type { SegmentSockets } from '../../net/segment-socket.ts';
import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import type { Negotiated } from '../../protocol/tftp/options.ts';
import { decodeTftp, encodeTftp, readAckBlock, TFTP_ERROR } from '../../protocol/tftp/packets.ts';
import { TftpSender, type SenderAction } from '../../protocol/tftp/sender.ts';
import { BlockReader } from './block-reader.ts';
import { BlockSender } from './block-sender.ts';
import type { ChunkCache } from './chunk-cache.ts';
import { RetransmissionTimer } from './retransmission-timer.ts';
import type { SharedFile } from './shared-files.ts';
import {
  outcomeOfChangedFile,
  outcomeOfClientError,
  outcomeOfClosedPort,
  outcomeOfSilence,
  outcomeOfStop,
  TOLD_AT_STOP,
  type StopReason,
  type TransferOutcome,
} from './transfer-outcome.ts';
import { TransferSocket } from './transfer-socket.ts';

export interface TransferPeer {
  readonly address: Ipv4Address;
  readonly port: number;
  readonly mac: MacAddress | undefined;
}

export interface TransferInput {
  /** the address that the client sent its request to: the answers must come from it */
  readonly localAddress: Ipv4Address;
  readonly peer: TransferPeer;
  /** as asked for, cleaned */
  readonly path: string;
  readonly file: SharedFile;
  readonly cache: ChunkCache;
  readonly negotiated: Negotiated;
  /** undefined: packets are sent one by one */
  readonly segments: SegmentSockets | undefined;
  /** whether hardly any other transfer is under way */
  readonly isAlone: () => boolean;
  /** The client has acknowledged the first packet; nothing more is sent before `goOn`. */
  readonly onAnswered: (transfer: Transfer) => void;
  readonly onEnd: (transfer: Transfer, outcome: TransferOutcome) => void;
}

/**
 * With the doubling of the waiting time: 7 s for a client that never answers, about a minute for one that answered once. The
 * first packet may go to somebody who never asked (a forged address): it is small, and few follow.
 */
const HANDSHAKE_RETRIES = 2;
const RETRIES = 10;
/** A client that asked for long timeouts (RFC 2349: up to 255 s) keeps its place no longer than this without an answer. */
const LONGEST_SILENCE_MS = 120_000;
const LONGEST_HANDSHAKE_MS = 30_000;
/** Firmware that has acknowledged the first packet repeats that for about as long. */
const LONGEST_WAIT_MS = 30_000;

/** One file on its way to one client, over a socket of its own (RFC 1350 §4: its port is the transfer's id). */
export class Transfer {
  readonly peer: TransferPeer;
  readonly path: string;
  readonly negotiated: Negotiated;
  readonly startedAtMs = performance.now();
  readonly #input: TransferInput;
  readonly #sender: TftpSender;
  readonly #blocks: BlockReader;
  readonly #data: BlockSender;
  readonly #socket: TransferSocket;
  readonly #timer: RetransmissionTimer;
  /** what the first acknowledgement asks for */
  #held: SenderAction | undefined;
  #hasAnswered = false;
  #goesOnSinceMs = this.startedAtMs;
  #answeredAtMs = this.startedAtMs;
  #hasEnded = false;

  constructor(input: TransferInput) {
    this.#input = input;
    this.peer = input.peer;
    this.path = input.path;
    this.negotiated = input.negotiated;
    this.#sender = new TftpSender({
      sizeBytes: input.file.sizeBytes,
      blksize: input.negotiated.blksize,
      windowsize: input.negotiated.windowsize,
      hasOack: input.negotiated.accepted.length > 0,
      handshakeRetries: HANDSHAKE_RETRIES,
      retries: RETRIES,
    });
    this.#blocks = new BlockReader({
      file: input.file,
      cache: input.cache,
      blksize: input.negotiated.blksize,
      onRead: () => this.#goOn(),
      onChanged: (error) => this.#fileChanged(error),
    });
    this.#socket = new TransferSocket({
      localAddress: input.localAddress,
      peerAddress: input.peer.address,
      peerPort: input.peer.port,
      packetBytes: 4 + input.negotiated.blksize,
      windowsize: input.negotiated.windowsize,
      segments: input.segments,
      isAlone: input.isAlone,
      onReady: () => this.#begin(),
      onMessage: (bytes) => this.#receive(bytes),
      onError: (error) => this.#socketFailed(error),
    });
    this.#data = new BlockSender({
      socket: this.#socket,
      blocks: this.#blocks,
      blksize: input.negotiated.blksize,
      totalBlocks: this.#sender.totalBlocks,
    });
    this.#timer = new RetransmissionTimer(input.negotiated.timeoutMs);
  }

  /** when it got its place, or began */
  get goesOnSinceMs(): number {
    return this.#goesOnSinceMs;
  }

  /** when the client last acknowledged something new, or began */
  get answeredAtMs(): number {
    return this.#answeredAtMs;
  }

  get sizeBytes(): number {
    return this.#input.file.sizeBytes;
  }

  /** bytes that the client has acknowledged */
  get sentBytes(): number {
    return Math.min(this.#sender.ackedBlocks * this.negotiated.blksize, this.#input.file.sizeBytes);
  }

  /** how often the timer had to send something again */
  get timeouts(): number {
    return this.#sender.timeouts;
  }

  /** whether anything came from the client's port: until then its address may be forged */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** whether the client has any of the file */
  get hasProgress(): boolean {
    return !this.#sender.isNegotiating && this.#sender.ackedBlocks > 0;
  }

  /** whether that was all */
  get isWhole(): boolean {
    return this.#sender.ackedBlocks === this.#sender.totalBlocks;
  }

  start(): void {
    this.#blocks.begin();
    this.#socket.open();
  }

  /** It has got a place. */
  goOn(): void {
    if (this.#held === undefined) return;
    const action = this.#held;
    this.#held = undefined;
    this.#answeredAtMs = this.#goesOnSinceMs = performance.now();
    this.#do(action);
  }

  /** To be called some times a second: retransmits when the deadline has passed. */
  tick(nowMs: number): void {
    if (this.#blocks.isWaiting || this.#hasEnded) return;
    if (this.#held !== undefined) {
      if (nowMs - this.#answeredAtMs > LONGEST_WAIT_MS) this.stop('gave-way');
      return;
    }
    const longestMs = this.#sender.hasAnswered ? LONGEST_SILENCE_MS : LONGEST_HANDSHAKE_MS;
    if (nowMs - this.#answeredAtMs > longestMs) this.#giveUp();
    else if (this.#timer.isDue(nowMs)) this.#do(this.#sender.expire());
  }

  /** Ends the transfer from our side and tells the client. */
  stop(reason: StopReason): void {
    const told = TOLD_AT_STOP[reason];
    // who never answered may never have asked
    if (told !== undefined && (this.#sender.hasAnswered || reason === 'server-stopped')) {
      this.#sendError(TFTP_ERROR.undefined, told);
    }
    this.#end(outcomeOfStop(reason));
  }

  #begin(): void {
    if (!this.#hasEnded) this.#do(this.#sender.start());
  }

  #receive(bytes: Buffer): void {
    if (this.#hasEnded) return;
    const block = readAckBlock(bytes);
    if (block >= 0) {
      this.#take(this.#sender.receiveAck(block));
      return;
    }
    try {
      const packet = decodeTftp(bytes);
      if (packet.opcode !== 'error') return;
      this.#hasAnswered = true;
      const { isSizeAsked } = this.negotiated;
      this.#end(outcomeOfClientError(this.#sender, isSizeAsked, packet.code, packet.message));
    } catch (error) {
      // rubbish on a transfer's port changes nothing: the timer goes on
      if (!(error instanceof ProtocolError)) throw error;
    }
  }

  #take(action: SenderAction): void {
    if (action.kind !== 'wait') this.#answeredAtMs = performance.now();
    if (action.kind === 'wait' || this.#hasAnswered) return this.#do(action);
    this.#hasAnswered = true;
    this.#held = action;
    this.#timer.stop();
    this.#input.onAnswered(this);
  }

  #socketFailed(error: NodeJS.ErrnoException): void {
    if (this.#hasEnded) return;
    if (error.code === 'ECONNREFUSED') {
      this.#end(outcomeOfClosedPort(this.#sender, this.negotiated.isSizeAsked));
      return;
    }
    this.#end({ kind: 'error', reason: 'socket', message: error.message });
  }

  #do(action: SenderAction): void {
    switch (action.kind) {
      case 'send-blocks':
        this.#timer.restart(this.#sender.retriesDone);
        this.#data.send(action.first, action.last);
        return;
      case 'wait':
        if (action.isGapReported) this.#timer.hurry();
        return;
      case 'send-oack':
        this.#timer.restart(this.#sender.retriesDone);
        this.#socket.send(encodeTftp({ opcode: 'oack', options: this.negotiated.accepted }), (error) => {
          if (error !== null) this.#socketFailed(error);
        });
        return;
      case 'done':
        this.#end({ kind: 'done' });
        return;
      case 'failed':
        this.#giveUp();
        return;
    }
  }

  #giveUp(): void {
    const outcome = outcomeOfSilence(this.#sender);
    // who never answered may never have asked
    if (outcome.kind !== 'done' && this.#sender.hasAnswered) {
      this.#sendError(TFTP_ERROR.undefined, 'no acknowledgement came');
    }
    this.#end(outcome);
  }

  /** The disk has brought what the window waited for. */
  #goOn(): void {
    if (this.#hasEnded) return;
    this.#timer.restart(this.#sender.retriesDone);
    this.#data.goOn();
  }

  #fileChanged(error: Error | undefined): void {
    this.#sendError(TFTP_ERROR.undefined, 'the file changed while it was read');
    this.#end(outcomeOfChangedFile(error));
  }

  #sendError(code: number, message: string): void {
    try {
      this.#socket.send(encodeTftp({ opcode: 'error', code, message }));
    } catch {
      // not connected yet: the client learns it by its own timer
    }
  }

  #end(outcome: TransferOutcome): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#timer.stop();
    this.#socket.close();
    this.#input.onEnd(this, outcome);
  }
}
