/**
 * UDP sockets that take many packets of equal size in one system call (UDP_SEGMENT, Linux 4.18): the kernel cuts the
 * buffer behind the routing and the firewall, so a window of TFTP costs about as much as one packet. They can also be
 * asked for a packet without a turn of the event loop. Node's dgram does neither, so the socket is made through libc
 * (the optional package koffi) and handed to dgram.
 */
import type { Ipv4Address } from '../protocol/addresses.ts';
import { AF_INET, intOption, loadLibc, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, sockaddrIn } from './libc.ts';

const SOL_UDP = 17;
const UDP_SEGMENT = 103;
const MSG_DONTWAIT = 0x40;
const EAGAIN = 11;
const ECONNREFUSED = 111;
/** The kernel's bounds for one such send: UDP_MAX_SEGMENTS and the largest datagram. */
const MAX_SEGMENTS = 64;
const MAX_BYTES = 65_507;

/** How to make sockets that send many packets at once. */
export interface SegmentSockets {
  /** A bound descriptor for `dgram.bind({ fd })`, or undefined when it cannot be had. */
  open(address: Ipv4Address, segmentBytes: number): number | undefined;
  /** Sends `lengthBytes` of a connected socket in packets of its segment size; false when the kernel took nothing. */
  send(fd: number, bytes: Uint8Array, lengthBytes: number): boolean;
  /** Length of a packet that has come, 0 when there is none. @throws Error with the errno as `code` */
  receive(fd: number, into: Uint8Array): number;
  /** How many packets of this size one send may hold. */
  mostSegments(segmentBytes: number): number;
}

/** Undefined where it is not Linux or koffi is not there; then packets are sent one by one. */
export async function loadSegmentSockets(): Promise<SegmentSockets | undefined> {
  const libc = await loadLibc();
  if (libc === undefined) return undefined;
  return {
    open(address, segmentBytes) {
      const fd = libc.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (fd < 0) return undefined;
      const name = sockaddrIn(address, 0);
      const size = intOption(segmentBytes);
      if (
        libc.bind(fd, name, name.length) === 0 &&
        libc.setsockopt(fd, SOL_UDP, UDP_SEGMENT, size, size.length) === 0
      ) {
        return fd;
      }
      libc.close(fd);
      return undefined;
    },
    send: (fd, bytes, lengthBytes) => libc.send(fd, bytes, lengthBytes, 0) === lengthBytes,
    receive(fd, into) {
      const length = libc.recv(fd, into, into.length, MSG_DONTWAIT);
      if (length >= 0) return length;
      const errno = libc.errno();
      if (errno === EAGAIN) return 0;
      const code = errno === ECONNREFUSED ? 'ECONNREFUSED' : `errno ${errno}`;
      throw Object.assign(new Error(`recv failed with ${code}`), { code });
    },
    mostSegments: (segmentBytes) => Math.min(MAX_SEGMENTS, Math.floor(MAX_BYTES / segmentBytes)),
  };
}
