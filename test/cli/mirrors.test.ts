import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ImageManifest } from '../../src/model/image.ts';
import { configText, prepareState, TEST_IMAGE } from '../support/engine/prepare-state.ts';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';

const MIRROR = 'http://192.168.1.9/debian (mirror of https://ftp.debian.org/debian)';

it('images, up and doctor name the mirrors that are in use, and none of their passwords', async () => {
  const folder = await makeFolder();
  try {
    const mirrors = 'mirrors: { "https://ftp.debian.org/debian": "http://me:secret@192.168.1.9/debian" }';
    const { layout } = await prepareState(folder.path, configText('proxy', mirrors));
    const path = join(layout.images, TEST_IMAGE, 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8')) as ImageManifest;
    await writeFile(path, JSON.stringify({ ...manifest, mirror: MIRROR }));
    const cli = (...args: string[]) => pxectl(args, { cwd: folder.path });

    // as much of it as 80 columns hold; JSON has all of it
    expect((await cli('images')).stdout).toContain('the test; from http://192.168');
    expect((await cli('images', '--json')).stdout).toContain(MIRROR);
    const words = 'http://192.168.1.9/debian for https://ftp.debian.org/debian';
    expect((await cli('up', '--dry-run')).stdout).toContain(`mirror      ${words}`);
    const doctor = await cli('doctor');
    expect(doctor.stdout).toContain(`${TEST_IMAGE} from ${MIRROR}; fetch asks ${words}`);
    expect(doctor.stdout).not.toContain('secret');
  } finally {
    await folder.remove();
  }
});
