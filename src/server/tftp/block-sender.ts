import { writeDataHeader } from '../../protocol/tftp/packets.ts';
import type { BlockReader } from './block-reader.ts';
import type { TransferSocket } from './transfer-socket.ts';

export interface BlockSenderOptions {
  readonly socket: TransferSocket;
  readonly blocks: BlockReader;
  readonly blksize: number;
  readonly totalBlocks: number;
}

/** Sends blocks in DATA packets, as many in one system call as it takes. */
export class BlockSender {
  readonly #options: BlockSenderOptions;
  /** the packets of one system call, one behind the other; none before there is something to send */
  #packets: Buffer | undefined;
  #next = 1;
  #last = 0;

  constructor(options: BlockSenderOptions) {
    this.#options = options;
  }

  send(first: number, last: number): void {
    this.#next = first;
    this.#last = last;
    this.goOn();
  }

  /** Sends what the disk has brought; to be called again when it has brought more. */
  goOn(): void {
    const { socket, blocks, blksize, totalBlocks } = this.#options;
    const packetBytes = 4 + blksize;
    const { batchPackets } = socket;
    let filledBytes = 0;
    while (this.#next <= this.#last) {
      if (filledBytes > 0 && this.#next === totalBlocks) {
        // the short last packet goes alone: captures on this machine show a batch as one packet, and then tell its end
        this.#flush(filledBytes);
        filledBytes = 0;
      }
      const packets = (this.#packets ??= Buffer.allocUnsafeSlow(batchPackets * packetBytes));
      const lengthBytes = blocks.copyBlock(this.#next, packets, filledBytes + 4);
      if (lengthBytes < 0) break;
      writeDataHeader(packets, filledBytes, this.#next);
      this.#next += 1;
      filledBytes += 4 + lengthBytes;
      if (filledBytes >= batchPackets * packetBytes) {
        this.#flush(filledBytes);
        filledBytes = 0;
      }
    }
    if (filledBytes > 0 && !socket.isClosed) this.#flush(filledBytes);
  }

  #flush(filledBytes: number): void {
    if (this.#packets === undefined) return;
    if (!this.#options.socket.sendPackets(this.#packets, filledBytes)) this.#packets = undefined;
  }
}
