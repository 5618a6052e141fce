/**
 * Makes a capture of a boot small: every packet of DHCP, ARP and ICMP stays whole; of each TFTP or TCP flow the first
 * and the last packets stay, and the bulk between them goes. The README beside a thinned capture says so.
 */

const KEPT_AT_START = 12;
const KEPT_AT_END = 6;
const WHOLE_PORTS = new Set([67, 68, 69, 4011]);

interface Packet {
  readonly record: Buffer;
  readonly flow: string | undefined;
}

/** Thins a little-endian Ethernet pcap file, as tcpdump writes it on x86. */
export function thinCapture(capture: Buffer): Buffer {
  if (capture.readUInt32LE(0) !== 0xa1b2c3d4) throw new Error('not a little-endian pcap file');
  const packets: Packet[] = [];
  for (let at = 24; at + 16 <= capture.length;) {
    const end = at + 16 + capture.readUInt32LE(at + 8);
    if (end > capture.length) break;
    packets.push({ record: capture.subarray(at, end), flow: flowOf(capture.subarray(at + 16, end)) });
    at = end;
  }
  const sizes = new Map<string, number>();
  for (const { flow } of packets) if (flow !== undefined) sizes.set(flow, (sizes.get(flow) ?? 0) + 1);
  const seen = new Map<string, number>();
  const kept = packets.filter(({ flow }) => {
    if (flow === undefined) return true;
    const index = seen.get(flow) ?? 0;
    seen.set(flow, index + 1);
    return index < KEPT_AT_START || index >= (sizes.get(flow) ?? 0) - KEPT_AT_END;
  });
  return Buffer.concat([capture.subarray(0, 24), ...kept.map((packet) => packet.record)]);
}

/** The flow that a packet is bulk of, either direction; undefined for what is always kept. */
function flowOf(frame: Buffer): string | undefined {
  const isIpv4 = frame.length > 34 && frame.readUInt16BE(12) === 0x0800;
  if (!isIpv4) return undefined;
  const protocol = frame[23];
  if (protocol !== 6 && protocol !== 17) return undefined;
  const transportAt = 14 + ((frame[14] ?? 0) & 15) * 4;
  const [source, target] = [frame.readUInt16BE(transportAt), frame.readUInt16BE(transportAt + 2)];
  if (protocol === 17 && (WHOLE_PORTS.has(source) || WHOLE_PORTS.has(target))) return undefined;
  const ends = [
    `${frame.subarray(26, 30).join('.')}:${source}`,
    `${frame.subarray(30, 34).join('.')}:${target}`,
  ];
  return `${protocol} ${ends.sort().join(' ')}`;
}
