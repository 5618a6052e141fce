import type { Limit } from './observation.ts';

/** pin/tftp, the TFTP of smee, booter and other servers in Go, of a client that acknowledges nothing any more. */
const CHANNEL_TIMEOUT = /\bChannel timeout: (\d+(?:\.\d+){3}):\d+/;

/** TFTP transfers that broke off, in the logs of servers that are known by sight. */
export class ChannelTimeouts {
  #first: string | undefined;
  #count = 0;

  push(text: string): void {
    const client = CHANNEL_TIMEOUT.exec(text)?.[1];
    if (client === undefined) return;
    this.#first ??= client;
    this.#count++;
  }

  limits(): readonly Limit[] {
    if (this.#first === undefined) return [];
    const others = this.#count > 1 ? `, and ${this.#count - 1} more such lines` : '';
    return [
      {
        text: `a TFTP transfer to ${this.#first} timed out ("Channel timeout")${others}: the server sent, and no acknowledgement of the client came`,
        advice: `see on the server whether packets of ${this.#first} arrive at all: tcpdump -ni any host ${this.#first} and udp; a firewall or address translation between the two drops what does not go to port 69`,
      },
    ];
  }
}
