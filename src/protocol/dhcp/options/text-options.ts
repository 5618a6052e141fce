import { optionData, type DhcpOption, type DhcpPacket } from '../dhcp-packet.ts';

/** An option with text, one byte a character: 12, 60, 66, 67. */
export function textOption(code: number, text: string): DhcpOption {
  const data = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) data[index] = text.charCodeAt(index) & 0xff;
  return { code, data };
}

/** Text up to the first NUL (some firmware ends it with one); undefined when the option is missing. */
export function readText(packet: DhcpPacket, code: number): string | undefined {
  const data = optionData(packet, code);
  return data === undefined ? undefined : textOf(data);
}

/** Bytes as text, one character a byte, up to the first NUL. */
export function textOf(data: Uint8Array): string {
  const end = data.indexOf(0);
  const bytes = end === -1 ? data : data.subarray(0, end);
  // in pieces: a joined option can be longer than the arguments a call may have
  let text = '';
  for (let start = 0; start < bytes.length; start += 4096) {
    text += String.fromCharCode(...bytes.subarray(start, start + 4096));
  }
  return text;
}
