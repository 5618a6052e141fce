const UDP = 17;
const TFTP = 69;
const DHCPV6_SERVER = 547;
const DHCPV6_CLIENT = 546;
const HEADER_BYTES = 40;
/** RFC 5970: boot file URL; and option 16, the class of the client, which names itself as in DHCPv4 */
const BOOT_FILE_URL = 59;
const VENDOR_CLASS = 16;
const MAX_OPTIONS = 64;

/** What an IPv6 packet has to do with a network boot, in words; undefined when nothing. */
export function ipv6BootOf(packet: Uint8Array): string | undefined {
  if (packet.length < HEADER_BYTES + 8 || (packet[0] ?? 0) >> 4 !== 6 || packet[6] !== UDP) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const ports = [view.getUint16(HEADER_BYTES), view.getUint16(HEADER_BYTES + 2)];
  if (ports[1] === TFTP) return 'a TFTP request over IPv6';
  if (!ports.some((port) => port === DHCPV6_SERVER || port === DHCPV6_CLIENT)) return undefined;
  const message = packet.subarray(HEADER_BYTES + 8);
  const options = new DataView(message.buffer, message.byteOffset, message.length);
  for (let at = 4, count = 0; at + 4 <= message.length && count < MAX_OPTIONS; count++) {
    const code = options.getUint16(at);
    const data = message.subarray(at + 4, at + 4 + options.getUint16(at + 2));
    if (code === BOOT_FILE_URL) return 'a DHCPv6 answer with a boot file';
    if (code === VENDOR_CLASS && /(?:PXE|HTTP)Client/.test(String.fromCharCode(...data.subarray(0, 64))))
      return 'a DHCPv6 request of network boot firmware';
    at += 4 + options.getUint16(at + 2);
  }
  return undefined;
}
