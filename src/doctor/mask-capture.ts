import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { macFromBytes, macToBytes, type MacAddress } from '../protocol/addresses.ts';
import { DHCP_OPTION } from '../protocol/dhcp/option-codes.ts';
import { HEADER_BYTES } from '../protocol/dhcp/dhcp-packet.ts';
import { readCapture } from '../protocol/pcap/capture-reader.ts';
import { Dissector } from '../protocol/pcap/dissector.ts';
import type { Masker } from './mask.ts';

const DHCP_PORTS: ReadonlySet<number> = new Set([67, 68, 4011]);
const BOOTP_PORTS_WITH_TFTP: ReadonlySet<number> = new Set([67, 68, 69, 4011]);
/** Options whose value names a machine or a person. */
const PERSONAL_OPTIONS: ReadonlySet<number> = new Set([
  DHCP_OPTION.hostName,
  15,
  81,
  119,
  DHCP_OPTION.clientId,
  DHCP_OPTION.clientMachineId,
]);
const CHADDR_OFFSET = 28;
const OPTIONS_OFFSET = HEADER_BYTES + 4;
/** What is kept of packets that are not DHCP: heads, no content. */
const KEPT_BYTES = 96;

/**
 * Copies a capture with MACs and names replaced, and without the content of transfers. DHCP stays whole but for
 * what names somebody; checksums are no longer right.
 */
export async function maskCapture(
  from: string,
  to: string,
  masker: Masker,
  maxPackets: number,
): Promise<number> {
  const file = await open(to, 'wx', 0o600);
  let count = 0;
  let linkType: number | undefined;
  try {
    const dissector = new Dissector();
    for await (const frame of readCapture(createReadStream(from))) {
      if (count >= maxPackets) break;
      if (linkType === undefined) {
        linkType = frame.linkType;
        await file.write(fileHeader(linkType));
      }
      if (frame.linkType !== linkType) continue;
      const data = frame.data.slice();
      const packet = dissector.dissect({ ...frame, data });
      if (!packet) continue;
      const isBoot =
        packet.kind === 'udp' &&
        [packet.sourcePort, packet.destinationPort].some((port) => BOOTP_PORTS_WITH_TFTP.has(port));
      if (
        packet.kind === 'udp' &&
        [packet.sourcePort, packet.destinationPort].some((port) => DHCP_PORTS.has(port))
      ) {
        maskDhcp(packet.payload, masker);
      }
      if (frame.linkType === 1) maskEthernet(data, masker);
      const kept = isBoot ? data : data.subarray(0, KEPT_BYTES);
      await file.write(recordHeader(frame.timeUs, kept.length, frame.wireLength));
      await file.write(kept);
      count++;
    }
    if (linkType === undefined) await file.write(fileHeader(1));
    return count;
  } finally {
    await file.close();
  }
}

function maskEthernet(data: Uint8Array, masker: Masker): void {
  for (const offset of [0, 6]) maskMacAt(data, offset, masker);
}

function maskMacAt(data: Uint8Array, offset: number, masker: Masker): void {
  if (data.length < offset + 6) return;
  data.set(macToBytes(masker.mac(macFromBytes(data.subarray(offset))) as MacAddress), offset);
}

function maskDhcp(payload: Uint8Array, masker: Masker): void {
  maskMacAt(payload, CHADDR_OFFSET, masker);
  for (let at = OPTIONS_OFFSET; at + 1 < payload.length;) {
    const code = payload[at] ?? 255;
    if (code === 255) return;
    if (code === 0) {
      at++;
      continue;
    }
    const length = payload[at + 1] ?? 0;
    if (PERSONAL_OPTIONS.has(code)) payload.fill(0, at + 2, Math.min(payload.length, at + 2 + length));
    at += 2 + length;
  }
}

function fileHeader(linkType: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(24));
  view.setUint32(0, 0xa1b2c3d4);
  view.setUint16(4, 2);
  view.setUint16(6, 4);
  view.setUint32(16, 262_144);
  view.setUint32(20, linkType);
  return new Uint8Array(view.buffer);
}

function recordHeader(timeUs: number, length: number, wireLength: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint32(0, Math.floor(timeUs / 1e6));
  view.setUint32(4, Math.floor(timeUs % 1e6));
  view.setUint32(8, length);
  view.setUint32(12, wireLength);
  return new Uint8Array(view.buffer);
}
