import {
  ipv4FromBytes,
  ipv4ToBytes,
  macFromBytes,
  macToBytes,
  type Ipv4Address,
  type MacAddress,
} from '../addresses.ts';

/** An ARP packet for Ethernet and IPv4 (RFC 826). */
export interface ArpPacket {
  /** the card that the Ethernet frame came from, whatever its content says */
  readonly frameSource: MacAddress;
  readonly operation: 'request' | 'reply';
  readonly senderMac: MacAddress;
  readonly senderAddress: Ipv4Address;
  readonly targetAddress: Ipv4Address;
}

const ETHERNET_HEADER_BYTES = 14;
const ARP_BYTES = 28;
/** RFC 826: hardware type Ethernet, protocol type IPv4, their address lengths */
const ETHERNET_IPV4 = Uint8Array.of(0, 1, 0x08, 0x00, 6, 4);
const ETHER_TYPE_ARP = Uint8Array.of(0x08, 0x06);

/**
 * The whole Ethernet frame of an ARP Probe: who has this address? Its sender address is 0.0.0.0, so that nobody who
 * hears it changes his ARP table (RFC 5227 §1.1).
 */
export function encodeArpProbe(localMac: MacAddress, address: Ipv4Address): Uint8Array {
  const mac = macToBytes(localMac);
  const frame = new Uint8Array(ETHERNET_HEADER_BYTES + ARP_BYTES);
  frame.fill(0xff, 0, 6);
  frame.set(mac, 6);
  frame.set(ETHER_TYPE_ARP, 12);
  frame.set(ETHERNET_IPV4, 14);
  frame.set([0, 1], 20);
  frame.set(mac, 22);
  frame.set(ipv4ToBytes(address), 38);
  return frame;
}

/** Reads an Ethernet frame; undefined when it is not ARP for Ethernet and IPv4. */
export function decodeArpFrame(frame: Uint8Array): ArpPacket | undefined {
  if (frame.length < ETHERNET_HEADER_BYTES + ARP_BYTES) return undefined;
  if (frame[12] !== ETHER_TYPE_ARP[0] || frame[13] !== ETHER_TYPE_ARP[1]) return undefined;
  if (ETHERNET_IPV4.some((byte, index) => frame[14 + index] !== byte)) return undefined;
  const code = (frame[20] ?? 0) * 256 + (frame[21] ?? 0);
  if (code !== 1 && code !== 2) return undefined;
  return {
    frameSource: macFromBytes(frame.subarray(6, 12)),
    operation: code === 1 ? 'request' : 'reply',
    senderMac: macFromBytes(frame.subarray(22, 28)),
    senderAddress: ipv4FromBytes(frame.subarray(28, 32)),
    targetAddress: ipv4FromBytes(frame.subarray(38, 42)),
  };
}
