import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { etagOf, selectPart } from '../../../../src/server/http/conditional.ts';

const modifiedMs = Date.parse('Mon, 23 Nov 2026 03:00:00 GMT');
const file = { sizeBytes: 1000, etag: '"3e8-abc-7"', modifiedMs };

describe('selectPart', () => {
  it.each([
    ['bytes=0-0', { status: 206, start: 0, end: 0 }],
    ['bytes=0-99', { status: 206, start: 0, end: 99 }],
    ['bytes=500-', { status: 206, start: 500, end: 999 }],
    ['bytes=999-5000', { status: 206, start: 999, end: 999 }],
    ['bytes=-100', { status: 206, start: 900, end: 999 }],
    ['bytes=-5000', { status: 206, start: 0, end: 999 }],
    ['bytes=1000-', { status: 416 }],
    ['bytes=-0', { status: 416 }],
    ['bytes=0-1,5-9', { status: 200 }],
    ['bytes=9-1', { status: 200 }],
    ['bytes=-', { status: 200 }],
    ['bytes=a-b', { status: 200 }],
    ['lines=0-1', { status: 200 }],
  ])('Range %s', (range, expected) => {
    expect(selectPart({ range }, file)).toEqual(expected);
  });

  it('gives 416 for any range of an empty file', () => {
    expect(selectPart({ range: 'bytes=0-' }, { ...file, sizeBytes: 0 })).toEqual({ status: 416 });
  });

  it.each([
    ['the same tag', file.etag, 206],
    ['another tag', '"other"', 200],
    ['a weak tag', `W/${file.etag}`, 200],
    ['the same date', 'Mon, 23 Nov 2026 03:00:00 GMT', 206],
    ['another date', 'Mon, 23 Nov 2026 02:00:00 GMT', 200],
    ['nonsense', 'yesterday', 200],
  ])('If-Range with %s', (_what, ifRange, status) => {
    expect(selectPart({ range: 'bytes=5-9', 'if-range': ifRange }, file).status).toBe(status);
  });

  it.each([
    [{ 'if-none-match': file.etag }, 304],
    [{ 'if-none-match': `"x", W/${file.etag}` }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"x"' }, 200],
    [{ 'if-modified-since': 'Mon, 23 Nov 2026 03:00:00 GMT' }, 304],
    [{ 'if-modified-since': 'Mon, 23 Nov 2026 02:59:59 GMT' }, 200],
    [{ 'if-none-match': '"x"', 'if-modified-since': 'Mon, 23 Nov 2026 03:00:00 GMT' }, 200],
  ])('%j gives %i', (headers, status) => {
    expect(selectPart(headers, file).status).toBe(status);
  });

  it('never selects a byte outside of the file, whatever the header says', () => {
    const range = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.stringMatching(/^bytes=[0-9]{0,17}-[0-9]{0,17}$/),
    );
    fc.assert(
      fc.property(range, fc.integer({ min: 0, max: 2 ** 40 }), (header, sizeBytes) => {
        const part = selectPart({ range: header }, { ...file, sizeBytes });
        if (part.status !== 206) return;
        expect(part.start).toBeGreaterThanOrEqual(0);
        expect(part.end).toBeGreaterThanOrEqual(part.start);
        expect(part.end).toBeLessThan(sizeBytes);
      }),
    );
  });
});

describe('etagOf', () => {
  it('changes with size, time and file', () => {
    const base = { sizeBytes: 1, modifiedMs: 1000.001, inode: 5 };
    const tags = [base, { ...base, sizeBytes: 2 }, { ...base, modifiedMs: 1000.002 }, { ...base, inode: 6 }];
    expect(new Set(tags.map(etagOf)).size).toBe(4);
    expect(etagOf(base)).toMatch(/^"[0-9a-f-]+"$/);
  });
});
