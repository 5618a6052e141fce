import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHashedWriter } from '../../../src/images/hashed-writer.ts';
import { giveBack, PIECE_BYTES, takePiece } from '../../../src/images/piece-pool.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-hashed-writer-'));
  path = join(folder, 'file');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

type Writev = (pieces: Uint8Array[], position: number) => Promise<{ bytesWritten: number }>;

/** A new file whose writes go through `writev`. */
async function openDisk(writev: (handle: FileHandle) => Writev): Promise<FileHandle> {
  const handle = await open(path, 'w');
  return new Proxy(handle, {
    get(target, name) {
      if (name === 'writev') return writev(target);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** A disk that takes `limit` bytes with one call, and no more than `capacity` in all. */
function openNarrowDisk(limit: number, capacity = Infinity): Promise<FileHandle> {
  return openDisk((handle) => async (pieces, position) => {
    const bytes = Buffer.concat(pieces).subarray(0, limit);
    if (position + bytes.length > capacity) {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    }
    return handle.write(bytes, 0, bytes.length, position);
  });
}

describe('openHashedWriter', () => {
  it('writes and hashes pieces of any size, in order, whatever one write takes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 2000 }),
        async (pieces, limit) => {
          const writer = openHashedWriter(await openNarrowDisk(limit), path);
          for (const piece of pieces) await writer.add(piece);
          const hashed = await writer.finish();
          await writer.close();
          const whole = Buffer.concat(pieces);
          expect(hashed).toEqual({ sizeBytes: whole.length, sha256: sha256(whole) });
          expect(await readFile(path)).toEqual(whole);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps the bytes of pieces that come back to it through the pool', async () => {
    const writer = openHashedWriter(await open(path, 'w'), path, { maxUnhashedBytes: 4 * PIECE_BYTES });
    const whole: Buffer[] = [];
    for (let index = 0; index < 80; index += 1) {
      const piece = takePiece().fill(index);
      whole.push(Buffer.from(piece));
      await writer.add(piece);
    }
    const hashed = await writer.finish();
    await writer.close();
    expect(hashed.sha256).toBe(sha256(Buffer.concat(whole)));
    expect(sha256(await readFile(path))).toBe(hashed.sha256);
  });

  it('the pool keeps every piece that one copy may hold', () => {
    const pieces = Array.from({ length: 20 }, takePiece);
    pieces.forEach(giveBack);
    const known = new Set(pieces.map((piece) => piece.buffer));
    const again = Array.from({ length: 20 }, takePiece);
    expect(again.filter((piece) => known.has(piece.buffer))).toHaveLength(20);
    again.forEach(giveBack);
  });

  it('goes on from a beginning, with the hash of the whole', async () => {
    const whole = Buffer.from('the beginning and the rest');
    const handle = await open(path, 'w');
    await handle.write(whole.subarray(0, 13), 0, 13, 0);
    const hash = createHash('sha256').update(whole.subarray(0, 13));
    const writer = openHashedWriter(handle, path, { start: { hash, sizeBytes: 13 } });
    expect(writer.sizeBytes).toBe(13);
    await writer.add(whole.subarray(13));
    expect(await writer.finish()).toEqual({ sizeBytes: whole.length, sha256: sha256(whole) });
    await writer.close();
    expect(await readFile(path)).toEqual(whole);
  });

  it('keeps what was taken when nobody finishes it', async () => {
    const writer = openHashedWriter(await openNarrowDisk(1000), path);
    for (let index = 0; index < 20; index += 1) await writer.add(Buffer.alloc(700, index));
    await writer.close();
    expect(await readFile(path)).toHaveLength(20 * 700);
  });

  it('tells a full disk to whoever adds or finishes, and leaves a beginning without holes', async () => {
    const writer = openHashedWriter(await openNarrowDisk(1000, 5500), path);
    const adding = async (): Promise<void> => {
      for (let index = 0; index < 20; index += 1) await writer.add(Buffer.alloc(PIECE_BYTES, 1));
    };
    await expect(adding()).rejects.toMatchObject({ code: 'E_DISK_FULL' });
    await expect(writer.finish()).rejects.toMatchObject({ code: 'E_DISK_FULL' });
    await writer.close();
    expect(await readFile(path)).toEqual(Buffer.alloc(5000, 1));
  });

  it('holds back whoever adds faster than the disk writes', async () => {
    let openGate = (): void => undefined;
    const gate = new Promise<void>((resolve) => (openGate = resolve));
    const disk = await openDisk((handle) => async (pieces, position) => {
      await gate;
      return handle.writev(pieces, position);
    });
    const writer = openHashedWriter(disk, path, { maxUnhashedBytes: Infinity });
    let added = 0;
    const adding = (async () => {
      for (; added < 12; added += 1) await writer.add(Buffer.alloc(PIECE_BYTES, added));
    })();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(added).toBeLessThan(8);
    openGate();
    await adding;
    expect((await writer.finish()).sizeBytes).toBe(12 * PIECE_BYTES);
    await writer.close();
  });
});
