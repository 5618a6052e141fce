import { createSocket, type Socket } from 'node:dgram';

export interface BadLinkOptions {
  /** the TFTP server's port on loopback */
  readonly serverPort: number;
  /** probabilities, 0 to 1 */
  readonly loss: number;
  readonly duplication: number;
  readonly reordering: number;
  readonly seed: number;
}

/** A UDP relay on loopback that loses, doubles and swaps packets of a TFTP session, the same way for the same seed. */
export class BadUdpLink {
  readonly #options: BadLinkOptions;
  readonly #front = createSocket('udp4');
  readonly #behind = new Map<number, Socket>();
  #random: number;
  lost = 0;

  constructor(options: BadLinkOptions) {
    this.#options = options;
    this.#random = options.seed;
  }

  async open(): Promise<number> {
    this.#front.on('message', (bytes, client) => this.#fromClient(bytes, client.port));
    await new Promise<void>((resolve) => this.#front.bind(0, '127.0.0.1', resolve));
    return this.#front.address().port;
  }

  close(): void {
    this.#front.close();
    for (const socket of this.#behind.values()) socket.close();
  }

  #fromClient(bytes: Buffer, clientPort: number): void {
    let socket = this.#behind.get(clientPort);
    if (socket === undefined || bytes[1] === 1) {
      socket?.close();
      const fresh = createSocket('udp4');
      let transferPort = this.#options.serverPort;
      fresh.on('message', (answer, server) => {
        transferPort = server.port;
        this.#pass(answer, (packet) => this.#front.send(packet, clientPort, '127.0.0.1'));
      });
      // the first packet goes to the well-known port, the others to the port of the transfer
      Object.assign(fresh, { relay: (packet: Buffer) => fresh.send(packet, transferPort, '127.0.0.1') });
      this.#behind.set(clientPort, fresh);
      socket = fresh;
    }
    const { relay } = socket as Socket & { relay: (packet: Buffer) => void };
    this.#pass(bytes, relay);
  }

  #pass(bytes: Buffer, send: (packet: Buffer) => void): void {
    const { loss, duplication, reordering } = this.#options;
    const safely = (): void => {
      try {
        send(bytes);
      } catch {
        // the session has ended meanwhile
      }
    };
    if (this.#next() < loss) {
      this.lost += 1;
      return;
    }
    if (this.#next() < reordering) setTimeout(safely, 3);
    else safely();
    if (this.#next() < duplication) safely();
  }

  /** A linear congruential generator: good enough to choose packets, and the same on every run. */
  #next(): number {
    this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0;
    return this.#random / 2 ** 32;
  }
}
