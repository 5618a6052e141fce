import { concatBytes } from './byte-queue.ts';
import type { Ipv4Packet } from './ipv4-packet.ts';

/** RFC 1122 §3.3.2 asks for 60 to 120 s; boot clients resend long before. */
const LIFETIME_US = 60_000_000;
const MAX_DATAGRAMS = 256;
const MAX_PARTS = 128;
const MAX_DATAGRAM_BYTES = 65_535;

interface Part {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface Unfinished {
  readonly firstTimeUs: number;
  readonly frames: number[];
  readonly parts: Part[];
  totalBytes: number | undefined;
}

/** A datagram whose fragments are all there. */
export interface Reassembled {
  readonly payload: Uint8Array;
  /** frame numbers of its fragments, in the order of arrival */
  readonly frames: readonly number[];
}

/** Puts IPv4 fragments together again, in bounded memory: the oldest unfinished datagram is dropped first. */
export class FragmentTable {
  readonly #unfinished = new Map<string, Unfinished>();

  /** How many datagrams wait for their missing fragments. */
  get pending(): number {
    return this.#unfinished.size;
  }

  /** Adds a fragment; returns the datagram when it was the last one missing. */
  add(packet: Ipv4Packet, frameNumber: number, timeUs: number): Reassembled | undefined {
    const key = `${packet.source}>${packet.destination}/${packet.protocol}/${packet.identification}`;
    const entry = this.#entry(key, timeUs);
    const end = packet.fragmentOffset + packet.payload.length;
    if (end > MAX_DATAGRAM_BYTES || entry.parts.length >= MAX_PARTS) {
      this.#unfinished.delete(key);
      return undefined;
    }
    entry.frames.push(frameNumber);
    entry.parts.push({ offset: packet.fragmentOffset, bytes: packet.payload.slice() });
    if (!packet.moreFragments) entry.totalBytes = end;
    const payload = join(entry);
    if (!payload) return undefined;
    this.#unfinished.delete(key);
    return { payload, frames: entry.frames };
  }

  #entry(key: string, timeUs: number): Unfinished {
    const known = this.#unfinished.get(key);
    if (known && timeUs - known.firstTimeUs <= LIFETIME_US) return known;
    this.#unfinished.delete(key);
    if (this.#unfinished.size >= MAX_DATAGRAMS) {
      const [oldest] = this.#unfinished.keys();
      if (oldest !== undefined) this.#unfinished.delete(oldest);
    }
    const fresh: Unfinished = { firstTimeUs: timeUs, frames: [], parts: [], totalBytes: undefined };
    this.#unfinished.set(key, fresh);
    return fresh;
  }
}

function join(entry: Unfinished): Uint8Array | undefined {
  if (entry.totalBytes === undefined) return undefined;
  const sorted = [...entry.parts].sort((a, b) => a.offset - b.offset);
  const pieces: Uint8Array[] = [];
  let reached = 0;
  for (const { offset, bytes } of sorted) {
    if (offset > reached) return undefined;
    const fresh = bytes.subarray(reached - offset);
    if (fresh.length > 0) pieces.push(fresh);
    reached = Math.max(reached, offset + bytes.length);
  }
  if (reached < entry.totalBytes) return undefined;
  return concatBytes(pieces, reached).subarray(0, entry.totalBytes);
}
