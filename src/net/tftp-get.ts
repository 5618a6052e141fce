import { createHash } from 'node:crypto';
import { createSocket, type RemoteInfo } from 'node:dgram';
import type { Ipv4Address } from '../protocol/addresses.ts';
import { decodeTftp, encodeTftp, type TftpOption, type TftpPacket } from '../protocol/tftp/packets.ts';

export interface TftpGetOptions {
  readonly server: Ipv4Address;
  readonly port?: number;
  readonly path: string;
  /** address to send from; default: the system's choice */
  readonly localAddress?: Ipv4Address;
  /** options of the request (default: what EDK2 asks, `tsize=0` and `blksize=1468`) */
  readonly options?: readonly TftpOption[];
  readonly maxBytes?: number;
  /** how long a missing packet is waited for, and how often it is asked for again */
  readonly packetTimeoutMs?: number;
  readonly retries?: number;
}

export interface TftpDownload {
  readonly sizeBytes: number;
  readonly sha256: string;
  /** the first bytes, at most 4 KiB: what kind of program it is */
  readonly head: Uint8Array;
  /** options that the server agreed to */
  readonly agreed: readonly TftpOption[];
  readonly durationMs: number;
}

const HEAD_BYTES = 4096;
const EDK2_OPTIONS: readonly TftpOption[] = [
  { name: 'tsize', value: '0' },
  { name: 'blksize', value: '1468' },
];

/**
 * Reads a whole file over TFTP (RFC 1350, 2347–2349) and hashes it.
 * @throws Error in plain words: no answer, the server's error, an answer from a strange port, too big
 */
export async function tftpGet(options: TftpGetOptions): Promise<TftpDownload> {
  const { server, port = 69, maxBytes = 64 * 1024 * 1024, packetTimeoutMs = 1_000, retries = 3 } = options;
  const socket = createSocket('udp4');
  const began = performance.now();
  try {
    return await new Promise<TftpDownload>((resolve, reject) => {
      const hash = createHash('sha256');
      let sizeBytes = 0;
      const head = new Uint8Array(HEAD_BYTES);
      let expected = 1;
      let blockSize = 512;
      let agreed: readonly TftpOption[] = [];
      let peerPort: number | undefined;
      let last = encodeTftp({
        opcode: 'rrq',
        fileName: options.path,
        mode: 'octet',
        options: options.options ?? EDK2_OPTIONS,
      });
      let attempts = 0;
      let timer: NodeJS.Timeout;

      const send = (bytes: Uint8Array): void => {
        last = bytes;
        attempts = 0;
        transmit();
      };
      const transmit = (): void => {
        clearTimeout(timer);
        attempts++;
        if (attempts > retries + 1) {
          const where = peerPort === undefined ? `UDP port ${port}` : `block ${expected}`;
          return reject(
            new Error(`no answer from ${server} at ${where} within ${(attempts - 1) * packetTimeoutMs} ms`),
          );
        }
        socket.send(last, peerPort ?? port, server, (error) => {
          if (error) reject(error);
        });
        timer = setTimeout(transmit, packetTimeoutMs);
      };
      const take = (packet: TftpPacket): void => {
        switch (packet.opcode) {
          case 'error':
            return reject(
              new Error(`the server says: ${packet.message || 'no text'} (TFTP error ${packet.code})`),
            );
          case 'oack': {
            agreed = packet.options;
            const blksize = agreed.find(({ name }) => name.toLowerCase() === 'blksize');
            if (blksize) blockSize = Number(blksize.value);
            return send(encodeTftp({ opcode: 'ack', block: 0 }));
          }
          case 'data': {
            if (packet.block !== (expected & 0xffff)) return;
            hash.update(packet.data);
            if (sizeBytes < HEAD_BYTES) head.set(packet.data.subarray(0, HEAD_BYTES - sizeBytes), sizeBytes);
            sizeBytes += packet.data.length;
            expected++;
            const ack = encodeTftp({ opcode: 'ack', block: packet.block });
            if (sizeBytes > maxBytes) return reject(new Error(`the file is bigger than ${maxBytes} bytes`));
            if (packet.data.length === blockSize) return send(ack);
            clearTimeout(timer);
            socket.send(ack, peerPort ?? port, server, () => {
              const durationMs = Math.round(performance.now() - began);
              resolve({
                sizeBytes,
                sha256: hash.digest('hex'),
                head: head.subarray(0, Math.min(sizeBytes, HEAD_BYTES)),
                agreed,
                durationMs,
              });
            });
            return;
          }
          case 'rrq':
          case 'wrq':
          case 'ack':
            return;
        }
      };
      socket.on('error', reject);
      socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
        if (from.address !== server) return;
        peerPort ??= from.port;
        if (from.port !== peerPort) return;
        try {
          take(decodeTftp(bytes));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      socket.bind(0, options.localAddress, transmit);
      socket.once('close', () => clearTimeout(timer));
    });
  } finally {
    socket.close();
  }
}
