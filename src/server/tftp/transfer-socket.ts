import { createSocket, type Socket } from 'node:dgram';
import type { SegmentSockets } from '../../net/segment-socket.ts';
import type { Ipv4Address } from '../../protocol/addresses.ts';

export interface TransferSocketOptions {
  readonly localAddress: Ipv4Address;
  readonly peerAddress: Ipv4Address;
  readonly peerPort: number;
  /** size of a whole DATA packet */
  readonly packetBytes: number;
  /** packets of one window */
  readonly windowsize: number;
  readonly segments: SegmentSockets | undefined;
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
  readonly #fd: number | undefined;
  #canBatch: boolean;

  constructor(options: TransferSocketOptions) {
    this.#options = options;
    // an address needs no name service: without this bind, connect and every send wait for a turn of the event loop
    this.#socket = createSocket({
      type: 'udp4',
      lookup: (host, _options, callback) => callback(null, host, 4),
    });
    this.#socket.on('message', (bytes) => options.onMessage(bytes));
    this.#socket.on('error', (error) => options.onError(error));
    const { segments, packetBytes, windowsize } = options;
    const most = Math.min(windowsize, segments?.mostSegments(packetBytes) ?? 1);
    this.#fd = most > 1 ? segments?.open(options.localAddress, packetBytes) : undefined;
    this.#canBatch = this.#fd !== undefined;
    this.batchPackets = this.#canBatch ? most : 1;
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

  close(): void {
    try {
      this.#socket.close();
    } catch {
      // it is closed already
    }
  }
}
