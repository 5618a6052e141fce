import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openInRoot, type OpenedFile } from '../../../../src/server/serve-root.ts';
import { ChunkCache } from '../../../../src/server/tftp/chunk-cache.ts';
import { MAX_NETASCII_BYTES, NetasciiFiles } from '../../../../src/server/tftp/netascii.ts';
import { SharedFiles } from '../../../../src/server/tftp/shared-files.ts';

const root = mkdtempSync(join(tmpdir(), 'pxectl-netascii-test-'));
afterAll(() => rmSync(root, { recursive: true }));

async function open(name: string): Promise<OpenedFile> {
  const outcome = await openInRoot(root, name);
  if (outcome.kind !== 'opened') throw new Error(outcome.kind);
  return outcome.file;
}
const countOfDescriptors = (): number => readdirSync('/proc/self/fd').length;

describe('text mode', () => {
  it('converts a file once for all who ask for it, and again when it is another', async () => {
    writeFileSync(join(root, 'text'), 'a\nb\n');
    const before = countOfDescriptors();
    const files = new SharedFiles(new ChunkCache());
    const texts = new NetasciiFiles(files);
    const asked = await Promise.all(
      Array.from({ length: 50 }, async () => texts.acquire(await open('text'))),
    );
    const [first] = asked;
    expect(new Set(asked).size).toBe(1);
    expect(first?.sizeBytes).toBe(6);
    expect(countOfDescriptors()).toBe(before + 1);
    for (const file of asked) if (file !== undefined) files.release(file);
    expect(await texts.acquire(await open('text'))).toBe(first);
    writeFileSync(join(root, 'text'), 'longer\n');
    expect((await texts.acquire(await open('text')))?.sizeBytes).toBe(8);
    texts.close();
  });

  it('keeps few files, whatever is asked for, and none of a large one', async () => {
    const before = countOfDescriptors();
    const files = new SharedFiles(new ChunkCache());
    const texts = new NetasciiFiles(files);
    for (let index = 0; index < 40; index += 1) {
      writeFileSync(join(root, `text-${index}`), 'x');
      const file = await texts.acquire(await open(`text-${index}`));
      if (file !== undefined) files.release(file);
    }
    writeFileSync(join(root, 'large'), Buffer.alloc(MAX_NETASCII_BYTES + 1));
    expect(await texts.acquire(await open('large'))).toBeUndefined();
    await expect.poll(countOfDescriptors).toBeLessThanOrEqual(before + 8);
    texts.close();
    await expect.poll(countOfDescriptors).toBeLessThanOrEqual(before);
  });
});
