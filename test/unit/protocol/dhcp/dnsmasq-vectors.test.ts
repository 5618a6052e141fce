import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeDhcp } from '../../../../src/protocol/dhcp/decode-dhcp.ts';
import { encodeDhcp } from '../../../../src/protocol/dhcp/encode-dhcp.ts';

interface Vector {
  readonly title: string;
  readonly header: Readonly<Record<string, string>>;
  readonly options: readonly { readonly code: number; readonly hex: string }[];
  readonly bytes: Uint8Array;
}

const path = new URL('../../../../fixtures/dhcp/dnsmasq-vectors.txt', import.meta.url);
const vectors = readFileSync(path, 'utf8').split(/^## /m).slice(1).map(parseVector);

/** Reads one block: a title, a `REPLY` line, lines for the options and the packet in hex. */
function parseVector(block: string): Vector {
  const lines = block.split('\n').filter((line) => line.trim() !== '');
  const header: Record<string, string> = {};
  for (const [, key, quoted, plain] of (lines[1] ?? '').matchAll(/(\w+)=(?:'([^']*)'|(\S+))/g)) {
    header[key ?? ''] = quoted ?? plain ?? '';
  }
  const options = lines.slice(2, -1).map((line) => {
    const match = /^\s*opt\s+(\d+) len\s+\d+: (.*)$/.exec(line);
    return { code: Number(match?.[1]), hex: (match?.[2] ?? '').replaceAll(' ', '') };
  });
  return { title: lines[0] ?? '', header, options, bytes: Buffer.from(lines.at(-1) ?? '', 'hex') };
}

describe('packets built by dnsmasq', () => {
  it('has all thirteen vectors', () => {
    expect(vectors).toHaveLength(13);
  });

  it.each(vectors.map((vector) => [vector.title, vector] as const))('%s', (_, { bytes, header, options }) => {
    const packet = decodeDhcp(bytes);
    expect(bytes).toHaveLength(Number(header['len']));
    expect(packet.flags.toString(16).padStart(4, '0')).toBe(header['flags']);
    expect(packet.ciaddr).toBe(header['ciaddr']);
    expect(packet.yiaddr).toBe(header['yiaddr']);
    expect(packet.siaddr).toBe(header['siaddr']);
    expect(packet.serverName).toBe(header['sname']);
    expect(packet.bootFile).toBe(header['file']);
    expect(
      packet.options.map(({ code, data }) => ({ code, hex: Buffer.from(data).toString('hex') })),
    ).toEqual(options);
    expect(Buffer.from(encodeDhcp(packet)).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
  });
});
