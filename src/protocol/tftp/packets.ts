import { ProtocolError } from '../protocol-error.ts';

/** Error codes of RFC 1350 §5 and RFC 2347. */
export const TFTP_ERROR = {
  undefined: 0,
  notFound: 1,
  accessViolation: 2,
  diskFull: 3,
  illegalOperation: 4,
  unknownTransfer: 5,
  fileExists: 6,
  noSuchUser: 7,
  optionRefused: 8,
} as const;

/** One option of a request or an OACK, in the order and spelling of the wire (RFC 2347: names ignore case). */
export interface TftpOption {
  readonly name: string;
  readonly value: string;
}

export interface TftpRequest {
  readonly opcode: 'rrq' | 'wrq';
  /** the name as sent, without the cleaning of file-name.ts */
  readonly fileName: string;
  /** lower-case: `octet`, `netascii` or `mail` */
  readonly mode: string;
  readonly options: readonly TftpOption[];
}

export type TftpPacket =
  | TftpRequest
  | { readonly opcode: 'data'; readonly block: number; readonly data: Uint8Array }
  | { readonly opcode: 'ack'; readonly block: number }
  | { readonly opcode: 'error'; readonly code: number; readonly message: string }
  | { readonly opcode: 'oack'; readonly options: readonly TftpOption[] };

/** RFC 1350 §5, RFC 2347. */
const OPCODES = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 } as const;

/** A request of a real client is far smaller (RFC 2347 bounds it at 512 bytes); more is not worth reading. */
const MAX_REQUEST_BYTES = 2048;
const MAX_OPTIONS = 32;

/**
 * Reads one TFTP datagram (RFC 1350 §5, RFC 2347 for options). Bytes after a complete ACK or ERROR are ignored,
 * as ROMs pad their packets.
 * @throws ProtocolError for anything else
 */
export function decodeTftp(bytes: Uint8Array): TftpPacket {
  if (bytes.length < 2) throw new ProtocolError('tftp', 0, `packet of ${bytes.length} bytes has no opcode`);
  const opcode = readUint16(bytes, 0);
  switch (opcode) {
    case OPCODES.rrq:
    case OPCODES.wrq:
      return decodeRequest(bytes, opcode === OPCODES.rrq ? 'rrq' : 'wrq');
    case OPCODES.data:
      needBytes(bytes, 4, 'DATA');
      return { opcode: 'data', block: readUint16(bytes, 2), data: bytes.subarray(4) };
    case OPCODES.ack:
      needBytes(bytes, 4, 'ACK');
      return { opcode: 'ack', block: readUint16(bytes, 2) };
    case OPCODES.error: {
      needBytes(bytes, 4, 'ERROR');
      // some ROMs send no terminator, or no text at all
      const end = bytes.indexOf(0, 4);
      const text = bytes.subarray(4, Math.min(end === -1 ? bytes.length : end, 4 + 512));
      return { opcode: 'error', code: readUint16(bytes, 2), message: decodeText(text) };
    }
    case OPCODES.oack:
      return { opcode: 'oack', options: decodeOptions(bytes, 2) };
    default:
      throw new ProtocolError('tftp', 0, `unknown opcode ${opcode}`);
  }
}

/** The block number of an ACK, or -1 when the datagram is something else: the hot path of a transfer. */
export function readAckBlock(bytes: Uint8Array): number {
  return bytes.length >= 4 && bytes[0] === 0 && bytes[1] === OPCODES.ack ? readUint16(bytes, 2) : -1;
}

/** Writes one TFTP datagram. Block numbers are cut to 16 bits: after 65535 comes 0. */
export function encodeTftp(packet: TftpPacket): Uint8Array {
  switch (packet.opcode) {
    case 'rrq':
    case 'wrq':
      return withStrings(OPCODES[packet.opcode], [
        packet.fileName,
        packet.mode,
        ...packet.options.flatMap((option) => [option.name, option.value]),
      ]);
    case 'oack':
      return withStrings(
        OPCODES.oack,
        packet.options.flatMap((option) => [option.name, option.value]),
      );
    case 'data': {
      const bytes = new Uint8Array(4 + packet.data.length);
      writeDataHeader(bytes, 0, packet.block);
      bytes.set(packet.data, 4);
      return bytes;
    }
    case 'ack':
      return Uint8Array.of(0, OPCODES.ack, (packet.block >>> 8) & 255, packet.block & 255);
    case 'error': {
      const text = encodeText(packet.message);
      const bytes = new Uint8Array(4 + text.length + 1);
      bytes.set([0, OPCODES.error, (packet.code >>> 8) & 255, packet.code & 255]);
      bytes.set(text, 4);
      return bytes;
    }
  }
}

/** Writes the four header bytes of DATA `block` (cut to 16 bits) into a buffer. */
export function writeDataHeader(bytes: Uint8Array, offset: number, block: number): void {
  bytes[offset] = 0;
  bytes[offset + 1] = OPCODES.data;
  bytes[offset + 2] = (block >>> 8) & 255;
  bytes[offset + 3] = block & 255;
}

function decodeRequest(bytes: Uint8Array, opcode: 'rrq' | 'wrq'): TftpRequest {
  if (bytes.length > MAX_REQUEST_BYTES) {
    throw new ProtocolError('tftp', MAX_REQUEST_BYTES, `request of ${bytes.length} bytes is too long`);
  }
  const name = readString(bytes, 2, 'file name');
  const mode = readString(bytes, name.next, 'mode');
  if (name.text === '') throw new ProtocolError('tftp', 2, 'request without a file name');
  return {
    opcode,
    fileName: name.text,
    mode: mode.text.toLowerCase(),
    options: decodeOptions(bytes, mode.next),
  };
}

/** Name and value pairs up to the end. A rest of zero bytes is padding; a name without a value is dropped. */
function decodeOptions(bytes: Uint8Array, start: number): TftpOption[] {
  const options: TftpOption[] = [];
  let offset = start;
  while (offset < bytes.length && options.length < MAX_OPTIONS) {
    const name = readString(bytes, offset, 'option name');
    if (name.text === '' || name.next >= bytes.length) break;
    const value = readString(bytes, name.next, `value of option ${name.text}`);
    options.push({ name: name.text, value: value.text });
    offset = value.next;
  }
  return options;
}

function readString(bytes: Uint8Array, offset: number, what: string): { text: string; next: number } {
  const end = bytes.indexOf(0, offset);
  if (end === -1) throw new ProtocolError('tftp', offset, `${what} has no terminating zero`);
  return { text: decodeText(bytes.subarray(offset, end)), next: end + 1 };
}

/** Where lone bytes go: half of a surrogate pair stands for 0x80–0xFF, as no UTF-8 decodes to it (PEP 383). */
const LONE_BYTE = 0xdc00;

/** UTF-8 where it is that, else ASCII and lone bytes: a name must survive whatever a ROM appends to it. */
function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : LONE_BYTE + byte)).join('');
  }
}

/** The inverse of `decodeText`. */
function encodeText(text: string): Uint8Array {
  const encoder = new TextEncoder();
  return Uint8Array.from(
    Array.from(text).flatMap((character) => {
      const byte = character.charCodeAt(0) - LONE_BYTE;
      return character.length === 1 && byte >= 0x80 && byte <= 0xff ? [byte] : [...encoder.encode(character)];
    }),
  );
}

function withStrings(opcode: number, texts: readonly string[]): Uint8Array {
  const parts = texts.map(encodeText);
  const bytes = new Uint8Array(2 + parts.reduce((sum, part) => sum + part.length + 1, 0));
  bytes[1] = opcode;
  let offset = 2;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length + 1;
  }
  return bytes;
}

function needBytes(bytes: Uint8Array, needed: number, what: string): void {
  if (bytes.length < needed) {
    throw new ProtocolError('tftp', bytes.length, `${what} needs ${needed} bytes, found ${bytes.length}`);
  }
}

function readUint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}
