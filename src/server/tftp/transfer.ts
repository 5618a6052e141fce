import type { SegmentSockets } from '../../net/segment-socket.ts';
import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import type { Negotiated } from '../../protocol/tftp/options.ts';
import {
  decodeTftp,
  encodeTftp,
  readAckBlock,
  TFTP_ERROR,
  writeDataHeader,
} from '../../protocol/tftp/packets.ts';
import { TftpSender, type SenderAction } from '../../protocol/tftp/sender.ts';
import { BlockReader } from './block-reader.ts';
import type { ChunkCache } from './chunk-cache.ts';
import type { SharedFile } from './shared-files.ts';
import {
  outcomeOfChangedFile,
  outcomeOfClientError,
  outcomeOfClosedPort,
  outcomeOfSilence,
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
  readonly onEnd: (transfer: Transfer, outcome: TransferOutcome) => void;
}

/** Waiting time before the first retransmission; it doubles up to the longest. */
const TIMEOUT_MS = 1000;
const LONGEST_TIMEOUT_MS = 8000;
/**
 * With the doubling: 7 s for a client that never answers, about a minute for one that answered once. The first packet may go
 * to somebody who never asked (a forged address): it is small, and few follow.
 */
const HANDSHAKE_RETRIES = 2;
const RETRIES = 10;
/** A client that asked for long timeouts (RFC 2349: up to 255 s) keeps its place no longer than this without an answer. */
const LONGEST_SILENCE_MS = 120_000;
const LONGEST_HANDSHAKE_MS = 30_000;
/** When a client of a window says again what it has: longer than an acknowledgement on its way takes on a LAN. */
const GAP_TIMEOUT_MS = 40;

const STOP_TEXT = {
  superseded: 'the client began anew',
  'server-stopped': 'pxectl stopped',
  'gave-way': 'it stood still, or was very slow, while others waited for a place',
} as const;

/** One file on its way to one client, over a socket of its own (RFC 1350 §4: its port is the transfer's id). */
export class Transfer {
  readonly peer: TransferPeer;
  readonly path: string;
  readonly negotiated: Negotiated;
  readonly startedAtMs = performance.now();
  readonly #input: TransferInput;
  readonly #sender: TftpSender;
  readonly #blocks: BlockReader;
  readonly #socket: TransferSocket;
  /** the packets of one system call, one behind the other */
  #packets: Buffer;
  #next = 1;
  #last = 0;
  #deadlineMs = Number.POSITIVE_INFINITY;
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
    this.#packets = this.#newBuffer();
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

  /** whether the client has acknowledged anything, be it the options */
  get hasAnswered(): boolean {
    return this.#sender.hasAnswered;
  }

  /** whether the client has any of the file */
  get hasProgress(): boolean {
    return !this.#sender.isNegotiating && this.#sender.ackedBlocks > 0;
  }

  start(): void {
    this.#blocks.begin();
    this.#socket.open();
  }

  /** To be called some times a second: retransmits when the deadline has passed. */
  tick(nowMs: number): void {
    if (this.#blocks.isWaiting || this.#hasEnded) return;
    const longestMs = this.#sender.hasAnswered ? LONGEST_SILENCE_MS : LONGEST_HANDSHAKE_MS;
    if (nowMs - this.#answeredAtMs > longestMs) this.#giveUp();
    else if (nowMs >= this.#deadlineMs) this.#do(this.#sender.expire());
  }

  /** Ends the transfer from our side and tells the client. */
  stop(reason: 'superseded' | 'server-stopped' | 'gave-way'): void {
    if (reason === 'server-stopped') this.#sendError(TFTP_ERROR.undefined, 'the server is stopping');
    if (reason === 'gave-way' && this.#sender.hasAnswered) {
      this.#sendError(TFTP_ERROR.undefined, 'the server is busy, try again');
    }
    this.#end({ kind: 'aborted', reason, message: STOP_TEXT[reason] });
  }

  #begin(): void {
    if (!this.#hasEnded) this.#do(this.#sender.start());
  }

  #receive(bytes: Buffer): void {
    if (this.#hasEnded) return;
    const block = readAckBlock(bytes);
    if (block >= 0) {
      const action = this.#sender.receiveAck(block);
      if (action.kind !== 'wait') this.#answeredAtMs = performance.now();
      this.#do(action);
      return;
    }
    try {
      const packet = decodeTftp(bytes);
      if (packet.opcode !== 'error') return;
      const { isSizeAsked } = this.negotiated;
      this.#end(outcomeOfClientError(this.#sender, isSizeAsked, packet.code, packet.message));
    } catch (error) {
      // rubbish on a transfer's port changes nothing: the timer goes on
      if (!(error instanceof ProtocolError)) throw error;
    }
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
        this.#next = action.first;
        this.#last = action.last;
        this.#restartTimer();
        this.#pump();
        return;
      case 'wait':
        if (action.isGapReported) {
          this.#deadlineMs = Math.min(this.#deadlineMs, performance.now() + GAP_TIMEOUT_MS);
        }
        return;
      case 'send-oack':
        this.#restartTimer();
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
    this.#restartTimer();
    this.#pump();
  }

  /** Sends what the window allows and the disk has brought; goes on when more is read. */
  #pump(): void {
    const packetBytes = 4 + this.negotiated.blksize;
    const { batchPackets } = this.#socket;
    let filledBytes = 0;
    while (this.#next <= this.#last) {
      if (filledBytes > 0 && this.#next === this.#sender.totalBlocks) {
        // the short last packet goes alone: captures on this machine show a batch as one packet, and then tell its end
        this.#flush(filledBytes);
        filledBytes = 0;
      }
      const lengthBytes = this.#blocks.copyBlock(this.#next, this.#packets, filledBytes + 4);
      if (lengthBytes < 0) break;
      writeDataHeader(this.#packets, filledBytes, this.#next);
      this.#next += 1;
      filledBytes += 4 + lengthBytes;
      if (filledBytes >= batchPackets * packetBytes) {
        this.#flush(filledBytes);
        filledBytes = 0;
      }
    }
    if (filledBytes > 0 && !this.#hasEnded) this.#flush(filledBytes);
  }

  #flush(filledBytes: number): void {
    if (!this.#socket.sendPackets(this.#packets, filledBytes)) this.#packets = this.#newBuffer();
  }

  #newBuffer(): Buffer {
    return Buffer.allocUnsafeSlow(this.#socket.batchPackets * (4 + this.negotiated.blksize));
  }

  #fileChanged(error: Error | undefined): void {
    this.#sendError(TFTP_ERROR.undefined, 'the file changed while it was read');
    this.#end(outcomeOfChangedFile(error));
  }

  #restartTimer(): void {
    const first = this.negotiated.timeoutMs ?? TIMEOUT_MS;
    const factor = 2 ** Math.min(this.#sender.retriesDone, 3);
    this.#deadlineMs = performance.now() + Math.max(first, Math.min(first * factor, LONGEST_TIMEOUT_MS));
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
    this.#deadlineMs = Number.POSITIVE_INFINITY;
    this.#socket.close();
    this.#input.onEnd(this, outcome);
  }
}
