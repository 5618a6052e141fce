import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesAsSource, type ByteSource } from '../../../src/protocol/iso9660/byte-source.ts';
import { openIso } from '../../../src/protocol/iso9660/iso-image.ts';
import { ProtocolError } from '../../../src/protocol/protocol-error.ts';

const pristine = gunzipSync(readFileSync('fixtures/iso9660/small-rock-ridge-joliet.iso.gz'));
/** Where the descriptors, path tables, directories and continuation areas are: what a mutation can break. */
const METADATA = { min: 0x8000, max: Math.min(pristine.length - 1, 0x8000 + 48 * 2048) };

/** Counts reads, so that a test can see whether a reader goes in circles. */
function counting(bytes: Uint8Array): ByteSource & { reads: number; bytes: number } {
  const source = bytesAsSource(bytes);
  return {
    reads: 0,
    bytes: 0,
    sizeBytes: source.sizeBytes,
    read(offset, length) {
      this.reads += 1;
      this.bytes += length;
      return source.read(offset, length);
    },
  };
}

async function readEverything(source: ByteSource): Promise<void> {
  const iso = await openIso(source);
  await iso.bootEntries();
  for (const path of ['casper/vmlinuz', 'vmlinuz', 'a/b/c/d/e/f/g/h/i/x', `${'n'.repeat(200)}`])
    await iso.find(path);
  for (const path of ['', 'casper', 'a/b/c/d/e/f/g/h', 'rr_moved']) await iso.list(path);
}

describe('a small image', () => {
  it('is read as it was written', async () => {
    const iso = await openIso(bytesAsSource(pristine));
    expect(iso.naming).toBe('rock-ridge');
    expect(iso.volumeId).toBe('SMALL');
    const kernel = await iso.find('vmlinuz');
    const { offset = 0, sizeBytes = 0 } = kernel?.extents[0] ?? {};
    expect(pristine.toString('utf8', offset, offset + sizeBytes)).toBe('kernel\n');
    expect((await iso.find('a/b/c/d/e/f/g/h/i/x'))?.sizeBytes).toBe(5);
    expect((await iso.find('n'.repeat(200)))?.sizeBytes).toBe(5);
    expect((await iso.find('casper/../a/b/./c'))?.kind).toBe('directory');
    expect(await iso.bootEntries()).toMatchObject([{ platform: 'bios', isBootable: true }]);
  });

  it('with any bytes changed gives a value or a ProtocolError, and reads a bounded amount', async () => {
    const change = fc.record({ at: fc.integer(METADATA), value: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
        const bytes = new Uint8Array(pristine);
        for (const { at, value } of changes) bytes[at] = value;
        const source = counting(bytes);
        try {
          await readEverything(source);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
        expect(source.reads).toBeLessThan(5000);
        expect(source.bytes).toBeLessThan(64 * 1024 * 1024);
      }),
      { numRuns: 400 },
    );
  });

  it('cut anywhere gives a value or a ProtocolError', async () => {
    for (let length = 0; length < pristine.length; length += 509) {
      try {
        await readEverything(bytesAsSource(pristine.subarray(0, length)));
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }
  });

  it('random bytes are no image', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40_000 }), async (bytes) => {
        await expect(openIso(bytesAsSource(bytes))).rejects.toBeInstanceOf(ProtocolError);
      }),
    );
  });
});
