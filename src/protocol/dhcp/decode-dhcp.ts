import { ipv4FromBytes } from '../addresses.ts';
import { ProtocolError } from '../protocol-error.ts';
import {
  BOOT_FILE_BYTES,
  BOOT_FILE_OFFSET,
  CHADDR_BYTES,
  HEADER_BYTES,
  MAGIC_COOKIE,
  SERVER_NAME_BYTES,
  SERVER_NAME_OFFSET,
  type DhcpOption,
  type DhcpPacket,
} from './dhcp-packet.ts';
import { DHCP_OPTION } from './option-codes.ts';

/** the largest payload of an IPv4 UDP datagram: no DHCP message is longer */
const MAX_MESSAGE_BYTES = 65_507;
const OVERLOAD_FILE = 1;
const OVERLOAD_SERVER_NAME = 2;

/**
 * Reads one DHCP message (RFC 2131). Several instances of an option are joined (RFC 3396), options in `file` and
 * `sname` (option 52) come after those of the option field, and option 52 itself is dropped: it tells the layout only.
 * A missing end option is accepted (old firmware forgets it).
 * @throws ProtocolError on anything that is not a whole DHCP message
 */
export function decodeDhcp(input: Uint8Array): DhcpPacket {
  // a Buffer's slice() shares its memory, a Uint8Array's copies: the packet must not change with the input
  const bytes = new Uint8Array(input.buffer, input.byteOffset, input.length);
  if (bytes.length < HEADER_BYTES + 4) {
    const need = HEADER_BYTES + 4;
    throw new ProtocolError(
      'dhcp',
      bytes.length,
      `message of ${bytes.length} bytes, at least ${need} expected`,
    );
  }
  if (bytes.length > MAX_MESSAGE_BYTES) {
    throw new ProtocolError('dhcp', MAX_MESSAGE_BYTES, `message of ${bytes.length} bytes is too long`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const op = bytes[0] ?? 0;
  if (op !== 1 && op !== 2)
    throw new ProtocolError('dhcp', 0, `op ${op} is neither request (1) nor reply (2)`);
  const hlen = bytes[2] ?? 0;
  if (hlen > CHADDR_BYTES) {
    throw new ProtocolError('dhcp', 2, `hardware address length ${hlen} exceeds ${CHADDR_BYTES}`);
  }
  if (view.getUint32(HEADER_BYTES) !== MAGIC_COOKIE) {
    throw new ProtocolError('dhcp', HEADER_BYTES, 'no DHCP magic cookie 63 82 53 63');
  }

  const parts: OptionParts = new Map();
  readOptions(bytes, HEADER_BYTES + 4, bytes.length, parts);
  const overload = parts.get(DHCP_OPTION.overload)?.[0]?.[0] ?? 0;
  parts.delete(DHCP_OPTION.overload);
  const fileHasOptions = (overload & OVERLOAD_FILE) !== 0;
  const serverNameHasOptions = (overload & OVERLOAD_SERVER_NAME) !== 0;
  if (fileHasOptions) readOptions(bytes, BOOT_FILE_OFFSET, BOOT_FILE_OFFSET + BOOT_FILE_BYTES, parts);
  if (serverNameHasOptions) {
    readOptions(bytes, SERVER_NAME_OFFSET, SERVER_NAME_OFFSET + SERVER_NAME_BYTES, parts);
  }
  parts.delete(DHCP_OPTION.overload);

  return {
    op,
    htype: bytes[1] ?? 0,
    hlen,
    hops: bytes[3] ?? 0,
    xid: view.getUint32(4),
    secs: view.getUint16(8),
    flags: view.getUint16(10),
    ciaddr: ipv4FromBytes(bytes.subarray(12, 16)),
    yiaddr: ipv4FromBytes(bytes.subarray(16, 20)),
    siaddr: ipv4FromBytes(bytes.subarray(20, 24)),
    giaddr: ipv4FromBytes(bytes.subarray(24, 28)),
    chaddr: bytes.slice(28, 28 + CHADDR_BYTES),
    serverName: serverNameHasOptions ? '' : textField(bytes, SERVER_NAME_OFFSET, SERVER_NAME_BYTES),
    bootFile: fileHasOptions ? '' : textField(bytes, BOOT_FILE_OFFSET, BOOT_FILE_BYTES),
    options: Array.from(parts, ([code, chunks]): DhcpOption => ({ code, data: join(chunks) })),
  };
}

/** Values by option code in the order of their first instance. */
type OptionParts = Map<number, Uint8Array[]>;

function readOptions(bytes: Uint8Array, start: number, end: number, parts: OptionParts): void {
  let offset = start;
  while (offset < end) {
    const code = bytes[offset] ?? DHCP_OPTION.end;
    if (code === DHCP_OPTION.end) return;
    if (code === DHCP_OPTION.pad) {
      offset += 1;
      continue;
    }
    if (offset + 1 >= end) throw new ProtocolError('dhcp', offset, `option ${code} has no length`);
    const length = bytes[offset + 1] ?? 0;
    const next = offset + 2 + length;
    if (next > end) {
      const left = end - offset - 2;
      throw new ProtocolError('dhcp', offset, `option ${code} says ${length} bytes, ${left} are left`);
    }
    const data = bytes.slice(offset + 2, next);
    const earlier = parts.get(code);
    if (earlier === undefined) parts.set(code, [data]);
    else earlier.push(data);
    offset = next;
  }
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0];
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

function textField(bytes: Uint8Array, start: number, length: number): string {
  let end = start;
  while (end < start + length && bytes[end] !== 0) end += 1;
  return String.fromCharCode(...bytes.subarray(start, end));
}
