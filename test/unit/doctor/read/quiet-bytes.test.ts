import { describe, expect, it } from 'vitest';
import { quietPieceOf } from '../../../../src/doctor/read/quiet-bytes.ts';
import { WordFinder } from '../../../../src/doctor/read/word-finder.ts';

describe('WordFinder', () => {
  const finder = new WordFinder(['abcd', 'bce', 'dhcp', 'ñ']);
  const found = (text: string): (readonly [number, number])[] => {
    const bytes = Buffer.from(text);
    const ends: (readonly [number, number])[] = [];
    for (
      let at = finder.findEnd(bytes, 0, bytes.length);
      at >= 0;
      at = finder.findEnd(bytes, at, bytes.length)
    )
      ends.push([finder.found, at]);
    return ends;
  };

  it('finds each word, also where another one began before it', () => {
    expect(found('xabcdx')).toEqual([[0, 5]]);
    expect(found('abce')).toEqual([[1, 4]]);
    expect(found('ddhcp dhc dhcp')).toEqual([
      [2, 5],
      [2, 14],
    ]);
    expect(found('año')).toEqual([[3, 3]]);
    expect(found('nothing')).toEqual([]);
  });

  it('does not read beyond the end it is given', () => {
    expect(finder.findEnd(Buffer.from('abcd'), 0, 3)).toBe(-1);
  });
});

describe('a piece of a log that says nothing about a boot', () => {
  const NAME = 'Sep 21 10:00:00 pxe dnsmasq[901]: query[A] host1.example.org from 192.168.1.7';
  const EXTRA = 'Sep 21 10:00:00 pxe dnsmasq[901]: 12 192.168.1.7/4711 reply host1.example.org is 192.0.2.7';
  const OTHER = 'Sep 21 10:00:01 pxe cron[77]: (root) CMD (run-parts /etc/cron.hourly)';
  const pieceOf = (...lines: string[]): ReturnType<typeof quietPieceOf> =>
    quietPieceOf(Buffer.from(`rest of a line\n${lines.join('\n')}\n${NAME}\nSep 21`), 'pxe');

  it('is counted, with what other programs wrote, and its ends are given out', () => {
    const piece = pieceOf(NAME, OTHER, EXTRA);
    expect(piece).toMatchObject({ skippedLines: 3, foreignLines: 1 });
    expect(Buffer.from(piece?.head ?? []).toString()).toBe('rest of a line\n');
    expect(Buffer.from(piece?.tail ?? []).toString()).toBe(`${NAME}\nSep 21`);
  });

  it('has the name of its host in each line, which is no word about boots', () => {
    const asked = NAME.replace('host1.example.org', 'pxe.example.org');
    expect(pieceOf(NAME, asked), 'a name that was asked for').toBeUndefined();
    expect(pieceOf(NAME.replaceAll(' pxe ', ' pxe2 ')), 'another host').toBeUndefined();
  });

  it.each([
    'Sep 21 10:00:00 pxe dnsmasq-dhcp[901]: PXE(eno1) 52:54:00:12:34:56 proxy',
    'Sep 21 10:00:00 pxe in.tftpd[12]: RRQ from 192.168.1.7 filename pxelinux.0',
    'Sep 21 10:00:00 pxe dnsmasq[901]: failed to load names',
    'Sep 21 10:00:00 pxe dnsmasq[901]: something that no version is known to write',
  ])('is none with %j in it', (line) => {
    expect(pieceOf(NAME, line, NAME)).toBeUndefined();
  });
});
