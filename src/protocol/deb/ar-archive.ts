import { ProtocolError } from '../protocol-error.ts';

/** One file of an ar archive, as a view on the archive's bytes. */
export interface ArMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const MAGIC = '!<arch>\n';
const HEADER_BYTES = 60;

/**
 * Reads an ar archive, the outer shell of a .deb: deb(5). Long names (`//`, `#1/`) do not occur there and are refused.
 * @throws ProtocolError
 */
export function decodeAr(bytes: Uint8Array): ArMember[] {
  if (text(bytes, 0, 8) !== MAGIC) throw new ProtocolError('ar', 0, 'no ar archive');
  const members: ArMember[] = [];
  for (let at = MAGIC.length; at < bytes.length;) {
    if (at + HEADER_BYTES > bytes.length) throw new ProtocolError('ar', at, 'a header is cut off');
    if (text(bytes, at + 58, 2) !== '`\n') throw new ProtocolError('ar', at + 58, 'no header ends here');
    const name = text(bytes, at, 16).trimEnd().replace(/\/$/, '');
    if (name === '' || name.startsWith('/') || name.startsWith('#1/')) {
      throw new ProtocolError('ar', at, 'a long name, which a .deb does not have');
    }
    const sizeText = text(bytes, at + 48, 10).trimEnd();
    if (!/^\d+$/.test(sizeText))
      throw new ProtocolError('ar', at + 48, `the size ${JSON.stringify(sizeText)}`);
    const start = at + HEADER_BYTES;
    const end = start + Number(sizeText);
    if (end > bytes.length) throw new ProtocolError('ar', at, `${name} is cut off`);
    members.push({ name, bytes: bytes.subarray(start, end) });
    // members begin at even offsets
    at = end + (end % 2);
  }
  return members;
}

function text(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length));
}
