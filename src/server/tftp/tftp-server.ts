import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { EventSink } from '../../model/boot-event.ts';
import type { RunningTransfers } from '../../model/running-transfer.ts';
import { bindError } from '../../net/bind-error.ts';
import { loadSegmentSockets, type SegmentSockets } from '../../net/segment-socket.ts';
import type { Ipv4Address } from '../../protocol/addresses.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { cleanFileName } from '../../protocol/tftp/file-name.ts';
import { negotiate } from '../../protocol/tftp/options.ts';
import { decodeTftp, TFTP_ERROR, type TftpRequest } from '../../protocol/tftp/packets.ts';
import { ChunkCache } from './chunk-cache.ts';
import { ErrorReplies } from './error-replies.ts';
import { mtuOf } from './link-mtu.ts';
import { RequestedFiles, type NoFile } from './requested-files.ts';
import type { SharedFile } from './shared-files.ts';
import { TftpEvents, type ResolveMac } from './tftp-events.ts';
import { Transfer, type TransferPeer } from './transfer.ts';
import { Transfers } from './transfers.ts';

export interface TftpServerOptions {
  /** the server's own address: requests to it are answered from it */
  readonly address: Ipv4Address;
  /** default 69; 0 for any free port */
  readonly port?: number;
  /** the only folder that files are served from */
  readonly root: string;
  readonly sink: EventSink;
  readonly resolveMac?: ResolveMac;
  /** MTU of the link, by default that of the interface with `address` */
  readonly mtu?: number;
  /** transfers at once; more wait. Default 256 */
  readonly maxTransfers?: number;
  /** transfers at once for one address; more are refused with an ERROR. Default 16 */
  readonly maxTransfersPerClient?: number;
  /** told of files while they are sent */
  readonly transfers?: RunningTransfers;
}

export interface TftpServer {
  readonly port: number;
  /** Tells the clients, ends their transfers and frees the port. */
  close(): Promise<void>;
}

const TICK_MS = 20;
const LATE_MS = 200;
/** Requests whose file is being looked up. */
const MAX_OPENING = 512;

/**
 * A read-only TFTP server (RFC 1350, 2347, 2348, 2349, 7440) for one folder.
 * @throws PxectlError E_PORT_IN_USE, E_PRIVILEGE or E_NO_ADDRESS when the port cannot be had
 */
export async function startTftpServer(options: TftpServerOptions): Promise<TftpServer> {
  const port = options.port ?? 69;
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, options.address, () => {
        socket.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    socket.close();
    throw await bindError(error as Error, { protocol: 'udp', port, address: options.address });
  }
  return new Listener(socket, options, await loadSegmentSockets());
}

class Listener implements TftpServer {
  readonly port: number;
  readonly #socket: Socket;
  readonly #options: TftpServerOptions;
  readonly #segments: SegmentSockets | undefined;
  readonly #mtu: number;
  readonly #cache = new ChunkCache();
  readonly #files: RequestedFiles;
  readonly #events: TftpEvents;
  readonly #errors: ErrorReplies;
  readonly #transfers: Transfers;
  readonly #opening = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #tickedAtMs = 0;
  #wasLate = false;
  #isClosed = false;

  constructor(socket: Socket, options: TftpServerOptions, segments: SegmentSockets | undefined) {
    this.#socket = socket;
    this.#errors = new ErrorReplies(socket, options.address);
    this.#segments = segments;
    this.#options = options;
    this.port = socket.address().port;
    this.#mtu = options.mtu ?? mtuOf(options.address);
    const { sink, root, resolveMac, maxTransfers: most = 256, maxTransfersPerClient = 16 } = options;
    this.#transfers = new Transfers({ most, mostPerAddress: maxTransfersPerClient });
    this.#files = new RequestedFiles(root, this.#cache);
    this.#events = new TftpEvents({ sink, root, resolveMac });
    try {
      // two hundred machines that are switched on together ask within the same moment
      socket.setRecvBufferSize(1 << 20);
    } catch {
      // the default holds about a hundred requests
    }
    socket.on('message', (bytes, remote) => this.#receive(bytes, remote));
    socket.on('error', (error) => this.#events.trouble(`TFTP socket: ${error.message}`));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#files.close();
    for (const transfer of this.#transfers.all()) transfer.stop('server-stopped');
    clearInterval(this.#timer);
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #receive(bytes: Buffer, remote: RemoteInfo): void {
    if (this.#isClosed || remote.port === 0) return;
    const address = remote.address as Ipv4Address;
    try {
      const packet = decodeTftp(bytes);
      switch (packet.opcode) {
        case 'rrq':
          this.#admit(packet, address, remote.port);
          return;
        case 'wrq':
          this.#errors.send(remote, TFTP_ERROR.accessViolation, 'this server is read-only');
          this.#events.complaint(address, 'write-refused', { path: cleanFileName(packet.fileName) });
          return;
        case 'data':
        case 'ack':
        case 'error':
        case 'oack':
          // belongs to no transfer; an answer to a stray packet could bounce for ever
          return;
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // never an ERROR for a broken ERROR or a stray answer
      if (bytes[0] === 0 && (bytes[1] === 1 || bytes[1] === 2)) {
        this.#errors.send(remote, TFTP_ERROR.illegalOperation, 'malformed request');
      }
      this.#events.complaint(address, 'malformed', { message: error.message });
    }
  }

  #admit(request: TftpRequest, address: Ipv4Address, port: number): void {
    const path = cleanFileName(request.fileName);
    const mac = this.#options.resolveMac?.(address);
    const peer: TransferPeer = { address, port, mac };
    const key = `${address}:${port} ${path}`;
    if (this.#opening.has(key) || !this.#transfers.isNew(peer, path, performance.now())) return;
    if (request.mode !== 'octet' && request.mode !== 'netascii') {
      this.#errors.send(peer, TFTP_ERROR.illegalOperation, 'only octet and netascii are served here');
      this.#events.complaint(address, 'mode-refused', { path, message: `mode ${request.mode}` });
      return;
    }
    if (this.#opening.size >= MAX_OPENING) return this.#events.complaint(address, 'busy', { path });
    this.#opening.add(key);
    void this.#serve(request, path, peer).finally(() => this.#opening.delete(key));
  }

  async #serve(request: TftpRequest, path: string, peer: TransferPeer): Promise<void> {
    const outcome = await this.#files.open(request, path);
    if (outcome.kind !== 'opened') {
      if (!this.#isClosed) await this.#refuse(outcome, path, peer);
      return;
    }
    const { file } = outcome;
    if (this.#isClosed) return this.#files.release(file);
    if (!this.#transfers.makesRoomFor(peer, performance.now())) {
      // the client asks again by itself
      this.#files.release(file);
      this.#events.complaint(peer.address, 'busy', { path });
      return;
    }
    this.#begin(request, path, peer, file);
  }

  #begin(request: TftpRequest, path: string, peer: TransferPeer, file: SharedFile): void {
    const { address: ip, mac } = peer;
    const startedAt = new Date().toISOString();
    let end = (): void => undefined;
    const transfer = new Transfer({
      localAddress: this.#options.address,
      peer,
      path,
      file,
      cache: this.#cache,
      negotiated: negotiate({ options: request.options, sizeBytes: file.sizeBytes, mtu: this.#mtu }),
      segments: this.#segments,
      isAlone: () => this.#transfers.size <= 2,
      onAnswered: () => {
        this.#events.started(transfer);
        end =
          this.#options.transfers?.begin(() => {
            const { sentBytes } = transfer;
            return { ip, mac, path, startedAt, sentBytes, sizeBytes: file.sizeBytes };
          }) ?? end;
        this.#transfers.answered(transfer, performance.now());
      },
      onEnd: (ended, how) => {
        end();
        this.#files.release(file);
        this.#events.ended(ended, how);
        this.#transfers.ended(ended);
      },
    });
    this.#transfers.begin(transfer);
    if (this.#timer === undefined) {
      this.#tickedAtMs = performance.now();
      this.#timer = setInterval(() => this.#tick(), TICK_MS);
    }
    transfer.start();
  }

  async #refuse(outcome: NoFile, path: string, peer: TransferPeer): Promise<void> {
    if (outcome.kind === 'missing') {
      this.#errors.send(peer, TFTP_ERROR.notFound, 'file not found');
      await this.#events.missing(peer, path);
    } else if (outcome.kind === 'refused') {
      this.#errors.send(peer, TFTP_ERROR.accessViolation, 'told' in outcome ? outcome.told : 'access denied');
      this.#events.unreadable(peer, path, 'access-denied', outcome.reason);
    } else {
      this.#errors.send(peer, TFTP_ERROR.undefined, 'the server cannot read the file');
      this.#events.unreadable(peer, path, 'read-failed', outcome.reason);
    }
  }

  #tick(): void {
    const now = performance.now();
    const isLate = now - this.#tickedAtMs > LATE_MS && !this.#wasLate;
    this.#tickedAtMs = now;
    this.#wasLate = isLate;
    // who waited for this computer may have answered long since: that is read first
    if (isLate) return;
    this.#transfers.tick(now);
    if (this.#transfers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
