import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { configText, prepareState, TEST_IMAGE } from '../support/engine/prepare-state.ts';
import { itNeeds } from '../support/external-tool.ts';
import { makeFolder, makePrivateNetwork, pxectl } from '../support/pxectl-process.ts';

let folder: Awaited<ReturnType<typeof makeFolder>>;
let stopSession: (() => Promise<unknown>) | undefined;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(async () => {
  await stopSession?.();
  stopSession = undefined;
  await folder.remove();
});

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
    'damaged: debian-12, mine; next: pxectl fetch --force debian-12 && pxectl fetch /srv/own.iso --as mine',
  );
});

itNeeds('root', 'ip')(
  'up and reload refuse what was written to since; what is served is taken away, and served again when it is right',
  async () => {
    const network = await makePrivateNetwork();
    onTestFinished(() => network.destroy());
    const sizes = { kernelBytes: 20_000, initrdBytes: 20_000 };
    const { layout } = await prepareState(folder.path, configText().replace('br0', 'eno1'), sizes);
    const cli = (...args: string[]) => pxectl(args, { cwd: folder.path, network });
    const up = () => cli('up', '--detach', '--no-look', '--engine', 'builtin');
    const stored = join(layout.images, TEST_IMAGE, 'linux');
    const served = join(layout.httpRoot, 'images', TEST_IMAGE, 'linux');
    const bytes = await readFile(stored);

    stopSession = () => cli('down');
    expect((await up()).exitCode).toBe(0);
    // the same file, by the name that it is served by
    await writeFile(served, Buffer.from(bytes).fill('x', 0, 10));
    const refused = await cli('reload');
    expect(refused.stderr).toContain(`${stored} is not what was verified`);
    expect(refused.exitCode).toBe(5);
    await expect.poll(() => readFile(served).catch(() => undefined), { timeout: 20_000 }).toBeUndefined();
    expect((await cli('status')).stdout).toContain('served-file-changed');

    await cli('down');
    const again = await up();
    expect(again.stderr).toContain('--as debian-12');
    expect(again.exitCode).toBe(5);
    await writeFile(stored, bytes);
    const verified = await cli('images', 'verify');
    expect(verified.stdout).toContain('debian-12/linux: ok\n');
    expect(verified.stdout).toContain('loaders/pxelinux.0: ok\n');
    expect((await up()).exitCode).toBe(0);
    expect(await readFile(served)).toEqual(bytes);
  },
);
