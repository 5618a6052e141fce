import { ProtocolError } from '../protocol-error.ts';

const BOUND = /-----(BEGIN|END) PGP ([A-Z ]+)-----(\r?\n)?/g;

/** Whether bytes look like ASCII armor (RFC 9580 §6) rather than packets, which begin with a byte above 127. */
export function isArmored(bytes: Uint8Array): boolean {
  return bytes.length > 0 && (bytes[0] ?? 0) < 0x80;
}

/**
 * The bytes inside every armored block, joined: several keys in one file stay several keys.
 * The checksum line is left out, as RFC 9580 §6.1 wants: signatures protect the content, not 24 bits of CRC.
 * @throws ProtocolError when there is no block or its base64 is broken
 */
export function dearmor(text: string): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { content, offset } of blocksOf(text)) {
    const lines = content.split(/\r?\n/);
    const blank = lines.findIndex((line) => line.trim() === '');
    // headers such as Version: end at a blank line; without headers the first line is already base64
    const body = lines.slice(
      blank >= 0 && lines.slice(0, blank).every((line) => line.includes(':')) ? blank : 0,
    );
    const base64 = body.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('='));
    parts.push(decodeBase64(base64.join(''), offset));
  }
  if (parts.length === 0) throw new ProtocolError('openpgp', 0, 'there is no armored block');
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** From each beginning to the end of the same name that comes next; read once, however many beginnings there are. */
function* blocksOf(text: string): Generator<{ readonly content: string; readonly offset: number }> {
  let open: { readonly label: string; readonly offset: number; readonly start: number } | undefined;
  for (const match of text.matchAll(BOUND)) {
    const [whole, bound, label = '', lineEnd] = match;
    if (bound === 'BEGIN') {
      if (lineEnd !== undefined) open = { label, offset: match.index, start: match.index + whole.length };
    } else if (open?.label === label) {
      yield { content: text.slice(open.start, match.index), offset: open.offset };
      open = undefined;
    }
  }
}

function decodeBase64(text: string, offset: number): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new ProtocolError('openpgp', offset, 'broken base64');
  }
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
