import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { EventSink } from '../../model/boot-event.ts';
import { messageOf } from '../../model/errors.ts';
import type { RunningTransfers } from '../../model/running-transfer.ts';
import { bindError } from '../../net/bind-error.ts';
import { loadSegmentSockets, type SegmentSockets } from '../../net/segment-socket.ts';
import type { Ipv4Address } from '../../protocol/addresses.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { cleanFileName } from '../../protocol/tftp/file-name.ts';
import { negotiate } from '../../protocol/tftp/options.ts';
import { decodeTftp, TFTP_ERROR, type TftpRequest } from '../../protocol/tftp/packets.ts';
import { openInRoot, type OpenOutcome } from '../serve-root.ts';
import { ChunkCache } from './chunk-cache.ts';
import { ErrorReplies } from './error-replies.ts';
import { mtuOf } from './link-mtu.ts';
import { MAX_NETASCII_BYTES, NetasciiFiles } from './netascii.ts';
import { Places } from './places.ts';
import { SharedFiles, type SharedFile } from './shared-files.ts';
import { TftpEvents, type ResolveMac } from './tftp-events.ts';
import { Transfer, type TransferPeer } from './transfer.ts';
import { Transfers } from './transfers.ts';
import { sourceOf, WaitingRequests } from './waiting-requests.ts';

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
  /** transfers at once; more wait in a queue. Default 256 */
  readonly maxTransfers?: number;
  /** transfers at once for one address; more are refused with an ERROR, or one without an answer gives way. Default 16 */
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
/** Requests that wait for a free place. */
const MAX_QUEUED = 512;
/** Places that are made free at a time, some times a second: a flood that never answers is through within seconds. */
const MOST_GIVING_WAY = 32;
/** Requests whose file is being looked up. */
const MAX_OPENING = 256;
/** A request again from the same port within this time is a retransmission, later a client that began anew. */
const SAME_REQUEST_MS = 900;

type Acquired =
  | Exclude<OpenOutcome, { readonly kind: 'opened' }>
  | { readonly kind: 'refused'; readonly reason: string; readonly told: string }
  | { readonly kind: 'opened'; readonly file: SharedFile };

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
  readonly #maxTransfers: number;
  readonly #maxPerClient: number;
  readonly #cache = new ChunkCache();
  readonly #files = new SharedFiles(this.#cache);
  readonly #events: TftpEvents;
  readonly #errors: ErrorReplies;
  /** by `address:port` of the client */
  readonly #transfers = new Transfers();
  readonly #opening = new Set<string>();
  readonly #texts = new NetasciiFiles(this.#files);
  readonly #waiting = new WaitingRequests(MAX_QUEUED, (source) => this.#places.of(source));
  readonly #places: Places;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(socket: Socket, options: TftpServerOptions, segments: SegmentSockets | undefined) {
    this.#socket = socket;
    this.#errors = new ErrorReplies(socket, options.address);
    this.#segments = segments;
    this.#options = options;
    this.port = socket.address().port;
    this.#mtu = options.mtu ?? mtuOf(options.address);
    this.#maxTransfers = options.maxTransfers ?? 256;
    this.#maxPerClient = options.maxTransfersPerClient ?? 16;
    this.#places = new Places(this.#maxTransfers, this.#maxPerClient);
    const { sink, root, resolveMac } = options;
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
    this.#waiting.clear();
    this.#texts.close();
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
    const key = `${address}:${port}`;
    const path = cleanFileName(request.fileName);
    if (this.#opening.has(`${key} ${path}`)) return;
    const running = this.#transfers.of(key);
    if (running !== undefined) {
      const isSame = running.path === path && !running.hasProgress;
      if (isSame && performance.now() - running.startedAtMs < SAME_REQUEST_MS) return;
      this.#transfers.endStill(key, performance.now());
    }
    const mac = this.#options.resolveMac?.(address);
    const peer: TransferPeer = { address, port, mac };
    if (request.mode !== 'octet' && request.mode !== 'netascii') {
      this.#errors.send(peer, TFTP_ERROR.illegalOperation, 'only octet and netascii are served here');
      this.#events.complaint(address, 'mode-refused', { path, message: `mode ${request.mode}` });
      return;
    }
    if (!this.#makesRoomFor(peer)) {
      this.#errors.send(peer, TFTP_ERROR.undefined, 'too many transfers to this address at once');
      this.#events.complaint(address, 'too-many-transfers', {
        path,
        message: `${this.#maxPerClient} are under way`,
      });
      return;
    }
    if (!this.#isFull() && this.#places.of(sourceOf(peer)) < this.#places.mostPerCard) {
      void this.#serve(request, path, peer);
      return;
    }
    const refused = this.#waiting.add({ request, peer, sinceMs: performance.now() });
    if (refused === undefined) return;
    this.#errors.send(refused.peer, TFTP_ERROR.undefined, 'the server is busy, try again');
    this.#events.complaint(refused.peer.address, 'busy', { path: cleanFileName(refused.request.fileName) });
  }

  /**
   * Makes room for a request at the cost of those that may have been made up in somebody's name. Returns whether its address
   * has its share, of transfers that were acknowledged.
   */
  #makesRoomFor(peer: TransferPeer): boolean {
    const all = this.#transfers.all();
    const unproven = all.filter((one) => one.peer.address === peer.address && !one.hasAnswered).length;
    const proven = this.#places.of(peer.address) + this.#waiting.countOf(peer.address) - unproven;
    const isShareFull = proven >= this.#maxPerClient;
    if (isShareFull || this.#places.of(sourceOf(peer)) >= this.#places.mostPerCard) {
      this.#places.givingWayAt(all, peer.address, performance.now())?.stop('gave-way');
    } else if (this.#isFull()) this.#places.givingWayOfCrowd(all)?.stop('gave-way');
    return !isShareFull;
  }

  #isFull(): boolean {
    return (
      this.#transfers.size + this.#opening.size >= this.#maxTransfers || this.#opening.size >= MAX_OPENING
    );
  }

  async #serve(request: TftpRequest, path: string, peer: TransferPeer): Promise<void> {
    const key = `${peer.address}:${peer.port}`;
    this.#opening.add(`${key} ${path}`);
    this.#places.count(peer, 1);
    const outcome = await this.#open(request, path);
    this.#opening.delete(`${key} ${path}`);
    if (outcome.kind !== 'opened') {
      this.#release(peer);
      if (!this.#isClosed) await this.#refuse(outcome, path, peer);
      return;
    }
    const { file } = outcome;
    if (this.#isClosed) {
      this.#files.release(file);
      return;
    }
    const negotiated = negotiate({ options: request.options, sizeBytes: file.sizeBytes, mtu: this.#mtu });
    let end = (): void => undefined;
    const transfer = new Transfer({
      localAddress: this.#options.address,
      peer,
      path,
      file,
      cache: this.#cache,
      negotiated,
      segments: this.#segments,
      isAlone: () => this.#transfers.size <= 2,
      onEnd: (ended, how) => {
        end();
        this.#transfers.remove(key, ended);
        this.#files.release(file);
        this.#events.ended(ended, how);
        this.#release(peer);
      },
    });
    const { address: ip, mac } = peer;
    const startedAt = new Date().toISOString();
    end =
      this.#options.transfers?.begin(() => {
        const { sentBytes } = transfer;
        return { ip, mac, path, startedAt, sentBytes, sizeBytes: file.sizeBytes };
      }) ?? end;
    this.#transfers.add(key, transfer, performance.now());
    this.#events.started(transfer);
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
    transfer.start();
  }

  async #open(request: TftpRequest, path: string): Promise<Acquired> {
    const outcome = await openInRoot(this.#options.root, path);
    if (outcome.kind !== 'opened') return outcome;
    if (request.mode === 'octet') return { kind: 'opened', file: this.#files.acquire(outcome.file) };
    try {
      const file = await this.#texts.acquire(outcome.file);
      if (file !== undefined) return { kind: 'opened', file };
      const told = `text mode is for files up to ${MAX_NETASCII_BYTES} bytes: ask in octet mode`;
      return { kind: 'refused', reason: told, told };
    } catch (error) {
      return { kind: 'failed', reason: messageOf(error) };
    }
  }

  async #refuse(
    outcome: Exclude<Acquired, { readonly kind: 'opened' }>,
    path: string,
    peer: TransferPeer,
  ): Promise<void> {
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

  /** Gives a place back and lets the next in the queue have it. */
  #release(peer: TransferPeer): void {
    this.#places.count(peer, -1);
    const next = this.#waiting.next(performance.now(), this.#places.mostPerCard);
    if (next !== undefined) this.#admit(next.request, next.peer.address, next.peer.port);
  }

  #tick(): void {
    const now = performance.now();
    this.#transfers.tick(now);
    if (this.#waiting.size > 0 && this.#isFull()) this.#makeRoom(now);
    if (this.#transfers.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  #makeRoom(nowMs: number): void {
    for (let made = 0; made < MOST_GIVING_WAY; made += 1) {
      const fewest = this.#waiting.fewestPlaces(nowMs);
      if (fewest >= this.#places.mostPerCard) return;
      const worst = this.#places.givingWay(this.#transfers.all(), fewest, nowMs);
      if (worst === undefined) return;
      worst.stop('gave-way');
    }
  }
}
