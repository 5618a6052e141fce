import { createSocket, type Socket } from 'node:dgram';
import type { Ipv4Address } from '../../protocol/addresses.ts';
import { encodeTftp } from '../../protocol/tftp/packets.ts';

/** sockets for one ERROR each, at a time: more is a flood */
const MAX_OWN_SOCKETS = 64;

/**
 * ERRORs to requests that become no transfer. What is sent to addresses that nobody has waits in the socket until ARP gives up,
 * seconds later: while something waits in that of the port, each ERROR has one of its own (RFC 1350 §4: any port will do).
 */
export class ErrorReplies {
  #own = 0;

  constructor(
    private readonly socket: Socket,
    private readonly address: Ipv4Address,
  ) {}

  send(to: { address: string; port: number }, code: number, message: string): void {
    const bytes = encodeTftp({ opcode: 'error', code, message });
    if (this.socket.getSendQueueCount() === 0) this.socket.send(bytes, to.port, to.address, () => undefined);
    else if (this.#own < MAX_OWN_SOCKETS) this.#sendAlone(bytes, to);
  }

  #sendAlone(bytes: Uint8Array, to: { address: string; port: number }): void {
    this.#own += 1;
    const socket = createSocket('udp4');
    const end = (): void => {
      socket.close();
      this.#own -= 1;
    };
    socket.once('error', end);
    socket.bind(0, this.address, () => {
      socket.off('error', end);
      socket.on('error', () => undefined);
      socket.send(bytes, to.port, to.address, end);
    });
  }
}
