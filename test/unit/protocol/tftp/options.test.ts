import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { negotiate } from '../../../../src/protocol/tftp/options.ts';

const ask = (options: Record<string, string>, sizeBytes = 42430, mtu = 1500) =>
  negotiate({
    options: Object.entries(options).map(([name, value]) => ({ name, value })),
    sizeBytes,
    mtu,
  });
const accepted = (options: Record<string, string>, sizeBytes?: number, mtu?: number) =>
  Object.fromEntries(ask(options, sizeBytes, mtu).accepted.map(({ name, value }) => [name, value]));

describe('negotiate', () => {
  it('confirms what OVMF asks on Ethernet', () => {
    expect(accepted({ tsize: '0', blksize: '1468', windowsize: '4' })).toEqual({
      tsize: '42430',
      blksize: '1468',
      windowsize: '4',
    });
  });

  it('keeps order and spelling of the client', () => {
    expect(ask({ BLKSIZE: '1408', tSize: '0' }).accepted).toEqual([
      { name: 'BLKSIZE', value: '1408' },
      { name: 'tSize', value: '42430' },
    ]);
  });

  it('accepts nothing when nothing was asked or known: DATA 1 then goes first', () => {
    expect(ask({}).accepted).toEqual([]);
    expect(ask({ multicast: '', rollover: '1' }).accepted).toEqual([]);
    expect(ask({})).toMatchObject({ blksize: 512, windowsize: 1 });
  });

  it.each([
    [{ blksize: '65464' }, { blksize: '1468' }],
    [{ blksize: '1469' }, { blksize: '1468' }],
    [{ blksize: '8' }, { blksize: '8' }],
    [{ blksize: '7' }, {}],
    [{ blksize: '1k' }, {}],
    [{ blksize: '-1' }, {}],
    [{ windowsize: '65535' }, { windowsize: '64' }],
    [{ windowsize: '0' }, {}],
    [{ windowsize: '65536' }, {}],
    [{ timeout: '255' }, { timeout: '255' }],
    [{ timeout: '256' }, {}],
    [{ timeout: '0' }, {}],
    [{ tsize: 'x' }, {}],
  ])('answers %j with %j', (options, answer) => {
    expect(accepted(options as Record<string, string>)).toEqual(answer);
  });

  it('keeps a block within the MTU of the link', () => {
    expect(accepted({ blksize: '1468' }, 1, 1420)).toEqual({ blksize: '1388' });
    expect(accepted({ blksize: '65464' }, 1, 65536)).toEqual({ blksize: '65464' });
  });

  it('keeps a window of large blocks small', () => {
    expect(accepted({ blksize: '65464', windowsize: '64' }, 1, 65536)).toMatchObject({ windowsize: '8' });
  });

  it('takes the first of an option that comes twice', () => {
    const { accepted: answer } = negotiate({
      options: [
        { name: 'blksize', value: '1024' },
        { name: 'blksize', value: '512' },
      ],
      sizeBytes: 1,
      mtu: 1500,
    });
    expect(answer).toEqual([{ name: 'blksize', value: '1024' }]);
  });

  it('never gives more than was asked, whatever was asked', () => {
    const value = fc.oneof(fc.string({ maxLength: 6 }), fc.integer().map(String));
    fc.assert(
      fc.property(value, value, value, fc.integer({ min: 68, max: 65536 }), (b, w, t, mtu) => {
        const result = ask({ blksize: b, windowsize: w, timeout: t }, 1, mtu);
        for (const { name, value: given } of result.accepted) {
          const asked = Number({ blksize: b, windowsize: w, timeout: t }[name]);
          expect(Number(given)).toBeLessThanOrEqual(asked);
          expect(Number(given)).toBeGreaterThanOrEqual(1);
        }
        expect(result.blksize).toBeLessThanOrEqual(Math.max(512, mtu - 32));
      }),
    );
  });
});
