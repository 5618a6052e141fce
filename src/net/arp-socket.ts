import type { Ipv4Address, MacAddress } from '../protocol/addresses.ts';
import { decodeArpFrame, encodeArpProbe, type ArpPacket } from '../protocol/arp/arp-packet.ts';
import { loadLibc, SOCK_CLOEXEC, SOCK_NONBLOCK } from './libc.ts';

/** A socket that sees the ARP frames of one interface. It does not wake the event loop: whoever waits reads it now and then. */
export interface ArpSocket {
  /** who has this address? A link that is down takes nothing: then nobody answers either */
  ask(localMac: MacAddress, address: Ipv4Address): void;
  /** what has come since the last time */
  read(): readonly ArpPacket[];
  /** false once the interface was taken away, also when another has its name now */
  isOfInterface(): boolean;
  close(): void;
}

const AF_PACKET = 17;
const SOCK_RAW = 3;
const ETH_P_ARP = 0x0806;
const MSG_DONTWAIT = 0x40;
/** a flood is read on at the next look */
const MAX_AT_ONCE = 1_000;

/** Undefined without the optional package koffi, without CAP_NET_RAW, and for an interface that is not there. */
export async function openArpSocket(interfaceName: string): Promise<ArpSocket | undefined> {
  const libc = await loadLibc();
  if (libc === undefined) return undefined;
  const index = libc.if_nametoindex(interfaceName);
  if (index === 0) return undefined;
  // protocol 0: nothing is received from other interfaces before it is bound
  const fd = libc.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return undefined;
  // struct sockaddr_ll: family and index in host order, the protocol in network order
  const name = new Uint8Array(20);
  const view = new DataView(name.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, ETH_P_ARP, false);
  view.setInt32(4, index, true);
  if (libc.bind(fd, name, name.length) !== 0) {
    libc.close(fd);
    return undefined;
  }
  const frame = new Uint8Array(2048);
  return {
    ask(localMac, address) {
      const probe = encodeArpProbe(localMac, address);
      libc.send(fd, probe, probe.length, 0);
    },
    read() {
      const packets: ArpPacket[] = [];
      for (let count = 0; count < MAX_AT_ONCE; count++) {
        const length = libc.recv(fd, frame, frame.length, MSG_DONTWAIT);
        if (length <= 0) break;
        const arp = decodeArpFrame(frame.subarray(0, length));
        if (arp !== undefined) packets.push(arp);
      }
      return packets;
    },
    isOfInterface: () => libc.if_nametoindex(interfaceName) === index,
    close: () => void libc.close(fd),
  };
}
