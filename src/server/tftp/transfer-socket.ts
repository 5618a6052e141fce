import { createSocket, type Socket } from 'node:dgram';
import type { SegmentSockets } from '../../net/segment-socket.ts';
import type { Ipv4Address } from '../../protocol/addresses.ts';

/** An answer of a near client comes within this time; waiting for it costs less than to fall asleep and wake up. */
const NEAR_ANSWER_MS = 0.03;
/** Then other work of the process has its turn. */
const LONGEST_TURN_MS = 1;
/** When so many waits in a row were in vain, the client is not that near: no wait for this number of packets. */
const VAIN_WAITS = 8;
const PAUSE_PACKETS = 500;
/** RFC 2347: an OACK has at most 512 bytes; a DATA packet of RFC 1350 has 516. */
const LONGEST_CONTROL_BYTES = 512;

export interface TransferSocketOptions {
  readonly localAddress: Ipv4Address;
  readonly peerAddress: Ipv4Address;
  readonly peerPort: number;
  /** size of a whole DATA packet */
  readonly packetBytes: number;
  /** packets of one window */
  readonly windowsize: number;
  readonly segments: SegmentSockets | undefined;
  /** whether nothing is lost when other transfers wait a moment */
  isAlone(): boolean;
  onReady(): void;
  onMessage(bytes: Buffer): void;
  onError(error: NodeJS.ErrnoException): void;
}

/** The socket of one transfer: bound to the address that was asked, connected to the client. */
export class TransferSocket {
  readonly #socket: Socket;
  readonly #options: TransferSocketOptions;
  /** how many packets one system call can take; 1: the plain way */
  readonly batchPackets: number;
  readonly #fd: number | undefined = undefined;
  #canBatch: boolean;
  readonly #inbox = Buffer.allocUnsafeSlow(600);
  #vainWaits = 0;
  #pausePackets = 0;
  #isClosed = false;

  constructor(options: TransferSocketOptions) {
    this.#options = options;
    // an address needs no name service: without this bind, connect and every send wait for a turn of the event loop
    this.#socket = createSocket({
      type: 'udp4',
      lookup: (host, _options, callback) => callback(null, host, 4),
    });
    this.#socket.on('message', (bytes) => {
      options.onMessage(bytes);
      this.#awaitNearAnswers();
    });
    this.#socket.on('error', (error) => options.onError(error));
    const { segments, packetBytes, windowsize } = options;
    const most = Math.min(windowsize, segments?.mostSegments(packetBytes) ?? 1);
    // the kernel would cut an OACK or ERROR that is longer than such a packet (RFC 2347: one datagram)
    if (packetBytes >= LONGEST_CONTROL_BYTES) this.#fd = segments?.open(options.localAddress, packetBytes);
    this.#canBatch = this.#fd !== undefined && most > 1;
    this.batchPackets = this.#canBatch ? most : 1;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  open(): void {
    const { localAddress, peerAddress, peerPort } = this.#options;
    const connect = (): void => {
      // connected: the kernel drops packets of strangers, reports a closed port, and looks up the route only once
      this.#socket.connect(peerPort, peerAddress, () => {
        try {
          this.#socket.setSendBufferSize(1 << 20);
        } catch {
          // the default is slower, not wrong
        }
        this.#options.onReady();
      });
    };
    if (this.#fd === undefined) this.#socket.bind(0, localAddress, connect);
    else this.#socket.bind({ fd: this.#fd }, connect);
  }

  /** Sends one packet. Errors of the network come back as retransmissions, or through `onSent`. */
  send(bytes: Uint8Array, onSent?: (error: Error | null) => void): void {
    this.#socket.send(bytes, onSent);
  }

  /**
   * Sends packets that lie one behind the other in a buffer, all but the last of `packetBytes`. Returns whether the
   * buffer may be written again at once.
   */
  sendPackets(bytes: Buffer, lengthBytes: number): boolean {
    const { packetBytes, segments } = this.#options;
    if (lengthBytes > packetBytes && this.#canBatch && this.#fd !== undefined && segments !== undefined) {
      if (segments.send(this.#fd, bytes, lengthBytes)) return true;
      // a full buffer, or a card that cannot do it: one by one always works
      this.#canBatch = false;
    }
    if (lengthBytes === bytes.length && lengthBytes === packetBytes) {
      this.#socket.send(bytes);
    } else {
      for (let start = 0; start < lengthBytes; start += packetBytes) {
        this.#socket.send(bytes.subarray(start, Math.min(start + packetBytes, lengthBytes)));
      }
    }
    // the kernel took it at once, or Node keeps the buffer until it does
    return this.#socket.getSendQueueCount() === 0;
  }

  /**
   * TFTP waits for an answer after every window. On a fast link it comes sooner than the event loop could go round, so
   * it is asked for right here, for microseconds; a client that is farther away is soon left to the event loop.
   */
  #awaitNearAnswers(): void {
    const { segments } = this.#options;
    if (segments === undefined || this.#fd === undefined || this.#isClosed || !this.#options.isAlone())
      return;
    if (this.#pausePackets > 0) {
      this.#pausePackets -= 1;
      return;
    }
    let now = performance.now();
    const turnEndMs = now + LONGEST_TURN_MS;
    let waitEndMs = now + NEAR_ANSWER_MS;
    try {
      while (now < waitEndMs && now < turnEndMs) {
        const lengthBytes = segments.receive(this.#fd, this.#inbox);
        now = performance.now();
        if (lengthBytes === 0) continue;
        this.#vainWaits = 0;
        waitEndMs = now + NEAR_ANSWER_MS;
        this.#options.onMessage(this.#inbox.subarray(0, lengthBytes));
        // the descriptor is no longer ours
        if (this.#isClosed) return;
      }
    } catch (error) {
      this.#options.onError(error as NodeJS.ErrnoException);
      return;
    }
    if (now < turnEndMs) this.#vainWaits += 1;
    if (this.#vainWaits >= VAIN_WAITS) {
      this.#vainWaits = VAIN_WAITS - 1;
      this.#pausePackets = PAUSE_PACKETS;
    }
  }

  close(): void {
    this.#isClosed = true;
    try {
      this.#socket.close();
    } catch {
      // it is closed already
    }
  }
}
