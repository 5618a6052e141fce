import type { Ipv4Address } from '../../protocol/addresses.ts';
import type { UdpDatagram } from '../../protocol/pcap/dissector.ts';
import { decodePe } from '../../protocol/pe/pe-image.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { decodeTftp, type TftpPacket, type TftpRequest } from '../../protocol/tftp/packets.ts';
import { DEFAULT_BLKSIZE } from '../../protocol/tftp/options.ts';
import type { ProgramSeen, TftpRead } from './observation.ts';

const TFTP_PORT = 69;
/** EDK2 sends a request six times, 4 s apart: later it is a new transfer. */
const SAME_REQUEST_MS = 60_000;
/** A transfer whose last packet is this recent when the capture ends was simply cut off. */
const CUT_OFF_MS = 3_000;
const SILENT_MS = 60_000;
const MAX_TRANSFERS = 4_000;
const REPEATED_MS = 900;
const DATA_HEADER_BYTES = 4;

type MutableRead = { -readonly [K in keyof TftpRead]: TftpRead[K] };

interface Transfer {
  readonly read: MutableRead;
  readonly server: Ipv4Address;
  blksize: number;
  serverPackets: number;
  clientAcks: number;
  /** data packets in the capture: none when a capture filter left them out */
  dataPackets: number;
  /** highest block that was sent, counted beyond 65535 */
  lastBlock: number;
  /** highest block that the client has acknowledged, counted beyond 65535 */
  lastAcked: number;
  finalBlock: number | undefined;
  sizeFromProbe: number | undefined;
  isOver: boolean;
}

/** Follows TFTP transfers in a capture. Each is reported when its request is seen and filled in as it goes on. */
export class TftpWatcher {
  readonly #transfers = new Map<string, Transfer>();
  #hasAnswers = false;
  /** client and path → size in bytes, from the answers to size probes */
  readonly #sizes = new Map<string, number>();

  /** @param onRead called once for each transfer; the value changes until `finish` */
  constructor(
    private readonly onRead: (client: Ipv4Address, datagram: UdpDatagram, read: TftpRead) => void,
  ) {}

  /** Takes a datagram; false when it belongs to no transfer. */
  push(datagram: UdpDatagram): boolean {
    if (datagram.destinationPort === TFTP_PORT) {
      const packet = decode(datagram);
      // an upload reads nothing, and no boot needs one
      if (packet?.opcode === 'wrq') return true;
      if (packet?.opcode === 'rrq') {
        this.#begin(datagram, packet);
        return true;
      }
    }
    const fromServer = this.#transfers.get(`${datagram.destination}:${datagram.destinationPort}`);
    if (fromServer?.server === datagram.source) return this.#fromServer(fromServer, datagram);
    const fromClient = this.#transfers.get(`${datagram.source}:${datagram.sourcePort}`);
    if (fromClient?.server === datagram.destination) return this.#fromClient(fromClient, datagram);
    return false;
  }

  /** Decides about the transfers of which nothing was heard for so long that nothing will be. */
  settleSilent(nowMs: number): void {
    for (const transfer of this.#transfers.values())
      if (nowMs - (transfer.read.lastTimeMs ?? 0) > SILENT_MS) settle(transfer, nowMs);
  }

  /** Decides about what is still open, when the capture ends at `endMs`. */
  finish(endMs: number): void {
    for (const transfer of this.#transfers.values()) settle(transfer, endMs);
    if (this.#hasAnswers || this.#transfers.size === 0) return;
    // no answer of any server is in it: a filter left them out, unless the client had to repeat itself
    for (const { read } of this.#transfers.values()) {
      if (read.outcome === 'no-answer' && !this.#isRepeated(read)) read.outcome = 'under-way';
    }
  }

  /** Requests were seen, and not one packet of the servers that they went to. */
  get isBlind(): boolean {
    return this.#transfers.size > 0 && !this.#hasAnswers;
  }

  /** The same request again after a while, by the same client: firmware waits a second at least before it repeats one. */
  #isRepeated(read: MutableRead): boolean {
    if ((read.requestCount ?? 1) > 1) return true;
    const same = [...this.#transfers.values()].filter(
      (other) => other.read.path === read.path && other.read.server === read.server,
    );
    return same.some(
      (other) => other.read !== read && Math.abs((other.read.timeMs ?? 0) - (read.timeMs ?? 0)) > REPEATED_MS,
    );
  }

  #begin(datagram: UdpDatagram, request: TftpRequest): void {
    const key = `${datagram.source}:${datagram.sourcePort}`;
    const timeMs = datagram.timeUs / 1000;
    const known = this.#transfers.get(key);
    if (
      known &&
      !known.isOver &&
      known.read.path === request.fileName &&
      timeMs - (known.read.lastTimeMs ?? 0) < SAME_REQUEST_MS
    ) {
      known.read.requestCount = (known.read.requestCount ?? 1) + 1;
      known.read.lastTimeMs = timeMs;
      return;
    }
    if (known) settle(known, timeMs);
    if (this.#transfers.size >= MAX_TRANSFERS) {
      const [oldest] = this.#transfers;
      if (oldest !== undefined) {
        settle(oldest[1], timeMs);
        this.#transfers.delete(oldest[0]);
      }
    }
    const options = request.options.map(({ name, value }) => `${name}=${value}`).join(' ');
    const read: MutableRead = {
      evidence: {
        source: `packet ${datagram.frameNumber}`,
        text: `TFTP read ${request.fileName} ${options}, ${datagram.source} → ${datagram.destination}`.replace(
          ' ,',
          ',',
        ),
      },
      timeMs,
      lastTimeMs: timeMs,
      path: request.fileName,
      server: datagram.destination,
      outcome: 'no-answer',
      requestCount: 1,
    };
    this.#transfers.set(key, {
      read,
      server: datagram.destination,
      blksize: DEFAULT_BLKSIZE,
      serverPackets: 0,
      clientAcks: 0,
      dataPackets: 0,
      lastBlock: 0,
      lastAcked: 0,
      finalBlock: undefined,
      sizeFromProbe: undefined,
      isOver: false,
    });
    this.onRead(datagram.source, datagram, read);
  }

  #fromServer(transfer: Transfer, datagram: UdpDatagram): boolean {
    const packet = decode(datagram);
    if (!packet || transfer.isOver) return packet !== undefined;
    transfer.serverPackets++;
    this.#hasAnswers = true;
    transfer.read.lastTimeMs = datagram.timeUs / 1000;
    if (transfer.read.outcome === 'no-answer') transfer.read.outcome = 'answer-lost';
    if (packet.opcode === 'oack') {
      for (const { name, value } of packet.options) {
        if (name.toLowerCase() === 'blksize') transfer.blksize = Number(value) || DEFAULT_BLKSIZE;
        if (name.toLowerCase() === 'tsize') transfer.read.sizeBytes = Number(value) || 0;
      }
      // firmware asks for the size in a probe of its own and not again when it reads
      const file = `${datagram.destination} ${transfer.read.path}`;
      if (transfer.read.sizeBytes === undefined) transfer.sizeFromProbe = this.#sizes.get(file);
      else if (this.#sizes.size < MAX_TRANSFERS) this.#sizes.set(file, transfer.read.sizeBytes);
    } else if (packet.opcode === 'data') {
      takeData(transfer, packet.block, packet.data, datagram.wirePayloadLength - DATA_HEADER_BYTES);
    } else if (packet.opcode === 'error') {
      transfer.isOver = true;
      transfer.read.outcome = serverErrorOutcome(packet.code, packet.message);
      transfer.read.message = packet.message;
    }
    return true;
  }

  #fromClient(transfer: Transfer, datagram: UdpDatagram): boolean {
    const packet = decode(datagram);
    if (!packet || transfer.isOver) return packet !== undefined;
    transfer.read.lastTimeMs = datagram.timeUs / 1000;
    if (packet.opcode === 'ack') {
      transfer.clientAcks++;
      transfer.read.outcome = 'stalled';
      transfer.lastAcked = countOn(transfer.lastAcked, packet.block);
      const finalBlock = finalBlockOf(transfer);
      if (finalBlock !== undefined && transfer.lastAcked >= finalBlock) finishDone(transfer);
    } else if (packet.opcode === 'error') {
      transfer.isOver = true;
      // firmware asks for the size and aborts; some read one block to see whether the file is there
      transfer.read.outcome = transfer.lastBlock <= 1 ? 'size-probe' : 'cancelled';
      transfer.read.message = packet.message;
    }
    return true;
  }
}

/** The block number beyond 16 bits, counted on from the last one where it wraps around. */
function countOn(last: number, block: number): number {
  const wraps = (last & 0xffff) > 0xc000 && block < 0x4000;
  return last - (last & 0xffff) + block + (wraps ? 0x10000 : 0);
}

/** The last block of the file: seen in the capture, or known from its size. */
function finalBlockOf(transfer: Transfer): number | undefined {
  const sizeBytes = transfer.read.sizeBytes ?? transfer.sizeFromProbe;
  if (transfer.finalBlock !== undefined) return transfer.finalBlock;
  return sizeBytes === undefined ? undefined : Math.floor(sizeBytes / transfer.blksize) + 1;
}

/** `length`: bytes on the wire, of which a capture may hold fewer. */
function takeData(transfer: Transfer, block: number, data: Uint8Array, length: number): void {
  transfer.dataPackets++;
  const absolute = countOn(transfer.lastBlock, block);
  if (absolute === 1) transfer.read.program = programOf(data);
  if (absolute < transfer.lastBlock) return;
  transfer.lastBlock = absolute;
  transfer.read.sentBytes = (absolute - 1) * transfer.blksize + length;
  if (length < transfer.blksize) transfer.finalBlock = absolute;
}

function finishDone(transfer: Transfer): void {
  transfer.isOver = true;
  transfer.read.outcome = 'done';
}

function settle(transfer: Transfer, endMs: number): void {
  if (transfer.isOver) return;
  transfer.isOver = true;
  const { read } = transfer;
  // the last acknowledgement may be missing: some clients leave it out
  if (transfer.finalBlock !== undefined && transfer.clientAcks > 0) read.outcome = 'done';
  // acknowledged blocks that are not in the capture were left out of it: nothing says that they were lost
  else if (transfer.dataPackets === 0 && transfer.lastAcked > 0) read.outcome = 'under-way';
  else if (endMs - (read.lastTimeMs ?? 0) < CUT_OFF_MS && (read.requestCount ?? 1) < 2)
    read.outcome = 'under-way';
}

function serverErrorOutcome(code: number, message: string): TftpRead['outcome'] {
  if (code === 1) return 'missing';
  if (code === 2 || /permission|access|denied/i.test(message)) return 'denied';
  return /not found|no such file/i.test(message) ? 'missing' : 'server-error';
}

/** What the first block says about the program; undefined when it is too short to tell. */
function programOf(data: Uint8Array): ProgramSeen | undefined {
  if (data.length < 2) return undefined;
  if (data[0] !== 0x4d || data[1] !== 0x5a) return { kind: 'other' };
  try {
    const image = decodePe(data, Number.MAX_SAFE_INTEGER);
    return {
      kind: 'efi',
      machine: image.machine ?? `machine ${image.machineCode}`,
      isSigned: image.isSigned,
    };
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

function decode(datagram: UdpDatagram): TftpPacket | undefined {
  try {
    return decodeTftp(datagram.payload);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
