import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';

let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.remove());

/** An image in the store whose manifest says `content`, and whose kernel holds `stored`. */
async function putImage(id: string, verification: string, content: string, stored: string): Promise<void> {
  const image = join(folder.path, '.pxectl/images', id);
  await mkdir(image, { recursive: true });
  await writeFile(join(image, 'linux'), stored);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const files = [{ role: 'kernel', path: 'linux', sizeBytes: content.length, sha256 }];
  const manifest = { schema: 'pxectl.image/1', id, files, verification, origin: '/srv/own.iso' };
  await writeFile(join(image, 'manifest.json'), JSON.stringify(manifest));
}

it('names the command that brings each damaged image back from where it came', async () => {
  await putImage('debian-12', 'signature', 'kernel', 'KERNEL');
  await putImage('mine', 'local', 'kernel', 'kernel and more');
  await putImage('whole', 'signature', 'kernel', 'kernel');
  const { exitCode, stdout, stderr } = await pxectl(['images', 'verify'], { cwd: folder.path });
  expect(exitCode).toBe(1);
  expect(stdout.split('\n').filter(Boolean)).toEqual([
    'debian-12/linux: wrong-hash',
    'mine/linux: wrong-size',
    'whole/linux: ok',
  ]);
  expect(stderr.trim()).toBe(
    'damaged: debian-12, mine; next: pxectl fetch --force debian-12 && pxectl fetch mine --from /srv/own.iso',
  );
});
