import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLoaderManifest } from '../../../src/images/loaders/loader-manifest.ts';
import { openStore } from '../../../src/images/store.ts';
import { openIsoTree } from '../../../src/images/trees/iso-tree.ts';
import { openTarTree } from '../../../src/images/trees/tar-tree.ts';
import { linkOrCopy } from '../../../src/platform/files.ts';
import { openFileSource } from '../../../src/images/sources/file-source.ts';
import { itNeeds } from '../../support/external-tool.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-hostile-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Entry {
  readonly name: string;
  readonly type?: 'file' | 'symlink' | 'link';
  readonly linkname?: string;
  readonly body?: string;
}

async function writeTar(entries: readonly Entry[]): Promise<string> {
  const archive = pack();
  for (const { name, type = 'file', linkname, body = '' } of entries) {
    archive.entry({ name, type, ...(linkname === undefined ? {} : { linkname }) }, body);
  }
  archive.finalize();
  const path = join(folder, 'made.tar');
  await writeFile(path, archive as unknown as AsyncIterable<Uint8Array>);
  return path;
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

describe('a tarball made to write elsewhere', () => {
  it('with a deep link and a shallow target, and a second link through it, writes nothing outside', async () => {
    const deep = Array.from({ length: 20 }, (_, index) => `d${index}`).join('/');
    const outside = join(folder, 'outside');
    await mkdir(outside);
    const up = '../'.repeat(20);
    const path = await writeTar([
      { name: 'x/keep', body: 'k' },
      { name: `${deep}/keep`, body: 'k' },
      { name: `${deep}/s`, type: 'symlink', linkname: `${up}x` },
      { name: 't', type: 'symlink', linkname: `${deep}/s/${up}.` },
      { name: `t${outside}/ESCAPED`, body: 'written from an archive' },
    ]);
    const scratch = join(folder, 'scratch');
    const tree = await openTarTree(path, scratch);
    expect(readdirSync(outside)).toEqual([]);
    // what lies in the scratch folder has names of our own, and none of them is a link
    for (const entry of readdirSync(scratch, { withFileTypes: true })) {
      expect(entry.name).toMatch(/^\d+$/);
      expect(entry.isFile()).toBe(true);
    }
    await tree.close();
    expect(existsSync(scratch)).toBe(false);
  });

  it('with names that climb out is refused with a word', async () => {
    const path = await writeTar([{ name: '../../evil', body: 'x' }]);
    await expect(openTarTree(path, join(folder, 'scratch'))).rejects.toMatchObject({
      code: 'E_ARCHIVE_INVALID',
      why: expect.stringMatching(/outside/) as unknown,
    });
  });

  it('never writes into a scratch folder that is there already, or that is a link', async () => {
    const path = await writeTar([{ name: 'a', body: 'x' }]);
    await mkdir(join(folder, 'victim'));
    await symlink(join(folder, 'victim'), join(folder, 'scratch'));
    await expect(openTarTree(path, join(folder, 'scratch'))).rejects.toThrow();
    expect(readdirSync(join(folder, 'victim'))).toEqual([]);
  });
});

describe('an odd tarball', () => {
  it('with hard links, links that repeat and links inside it is read as tar reads it', async () => {
    const path = await writeTar([
      { name: './aaa-linux', body: 'KERNEL' },
      { name: './amd64/linux', type: 'link', linkname: './aaa-linux' },
      { name: './pxelinux.0', type: 'symlink', linkname: 'amd64/linux' },
      { name: './pxelinux.0', type: 'symlink', linkname: 'amd64/linux' },
    ]);
    const tree = await openTarTree(path, join(folder, 'scratch'));
    expect(await tree.sizeOf('amd64/linux')).toBe(6);
    expect(await textOf(tree.stream('pxelinux.0'))).toBe('KERNEL');
    expect(await tree.list('')).toEqual(['aaa-linux', 'amd64/', 'pxelinux.0']);
    await tree.close();
  });

  itNeeds('tar')('with a sparse kernel is refused with the way out, never taken short', async () => {
    for (const [format, version] of [
      ['pax', '0.0'],
      ['pax', '0.1'],
      ['pax', '1.0'],
      ['gnu', ''],
    ] as const) {
      const kernel = join(folder, 'linux');
      execFileSync('sh', ['-c', `truncate -s 2M "$0" && printf x >> "$0"`, kernel]);
      const archive = join(folder, `sparse-${format}${version}.tar`);
      const flags = version === '' ? [] : [`--sparse-version=${version}`];
      execFileSync('tar', ['-S', `--format=${format}`, ...flags, '-cf', archive, '-C', folder, 'linux']);
      const tree = await openTarTree(archive, join(folder, `scratch-${format}${version}`));
      const names = await tree.list('');
      const read = Promise.all(names.map((name) => tree.sizeOf(name)));
      if (names.includes('linux')) await expect(read).rejects.toMatchObject({ code: 'E_ARCHIVE_INVALID' });
      await tree.close();
    }
  });

  itNeeds('zstd')('of nothing but zeros ends soon, also when it is interrupted', async () => {
    const path = join(folder, 'zeros.tar.zst');
    execFileSync('sh', ['-c', 'head -c 3000000000 /dev/zero | zstd -q -1 -o "$0"', path]);
    const startedMs = performance.now();
    await expect(openTarTree(path, join(folder, 'a'))).rejects.toMatchObject({
      code: 'E_ARCHIVE_INVALID',
      why: expect.stringMatching(/belong to no member/) as unknown,
    });
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    const stopped = AbortSignal.abort(new Error('stopped by hand'));
    await expect(openTarTree(path, join(folder, 'b'), path, stopped)).rejects.toThrow('stopped by hand');
  });
});

describe('zstd', () => {
  itNeeds('zstd')('with any byte flipped is refused: the checksum is looked at', async () => {
    const path = await writeTar([{ name: 'linux', body: 'a kernel '.repeat(2000) }]);
    execFileSync('zstd', ['-q', '--check', path]);
    const whole = readFileSync(`${path}.zst`);
    const flipped = join(folder, 'flipped.tar.zst');
    for (let index = 0; index < 12; index++) {
      const bytes = Buffer.from(whole);
      const at = 20 + Math.floor((index * (bytes.length - 21)) / 12);
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
      writeFileSync(flipped, bytes);
      await expect(openTarTree(flipped, join(folder, `s${index}`))).rejects.toMatchObject({
        code: 'E_ARCHIVE_INVALID',
      });
    }
  });

  itNeeds('zstd')('that asks for a window of 4 GiB is refused', async () => {
    // RFC 8878 §3.1.1: magic, descriptor without sizes, window of 2^32, one RLE block of 128 KiB, the last
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xb0, 0x03, 0x00, 0x10, 0x00]);
    const path = join(folder, 'window.tar.zst');
    writeFileSync(path, frame);
    await expect(openTarTree(path, join(folder, 'scratch'))).rejects.toMatchObject({
      code: 'E_ARCHIVE_INVALID',
    });
  });
});

describe('an ISO image', () => {
  it('whose names never end is refused at once', async () => {
    const path = join(folder, 'names.iso');
    writeFileSync(path, gunzipSync(readFileSync('fixtures/hostile/rock-ridge-name-without-end.iso.gz')));
    const startedMs = performance.now();
    const tree = await openIsoTree(await openFileSource(path));
    await expect(tree.list('')).rejects.toMatchObject({ code: 'E_ISO_INVALID' });
    await tree.close();
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  it('with a file larger than itself is refused', async () => {
    const bytes = gunzipSync(readFileSync('fixtures/iso9660/small-rock-ridge-joliet.iso.gz'));
    // ECMA-119 §9.1: the data length stands 23 bytes before the name, little-endian first
    for (let at = 0x8000; (at = bytes.indexOf('VMLINUZ', at, 'latin1')) > 0; at++) {
      bytes.writeUInt32LE(0xf0000000, at - 23);
    }
    const path = join(folder, 'large.iso');
    writeFileSync(path, bytes);
    const tree = await openIsoTree(await openFileSource(path));
    await expect(tree.sizeOf('vmlinuz')).rejects.toMatchObject({ code: 'E_ISO_INVALID' });
    await tree.close();
  });
});

describe('a manifest that somebody else wrote', () => {
  const file = { role: 'kernel', path: '../../../etc/shadow', sizeBytes: 1, sha256: '' };

  it('names no file outside its folder: the image is not there then', async () => {
    const images = join(folder, 'images');
    await mkdir(join(images, 'evil'), { recursive: true });
    const manifest = { schema: 'pxectl.image/1', id: 'evil', files: [file] };
    await writeFile(join(images, 'evil', 'manifest.json'), JSON.stringify(manifest));
    expect(await openStore({ images }).list()).toEqual([]);
    await writeFile(
      join(folder, 'manifest.json'),
      JSON.stringify({ schema: 'pxectl.loaders/1', files: [file] }),
    );
    expect((await readLoaderManifest({ loaders: folder })).files).toEqual([]);
  });

  it('a stored file that is a link is not served', async () => {
    await symlink('/etc/hostname', join(folder, 'linux'));
    await expect(linkOrCopy(join(folder, 'linux'), join(folder, 'served'))).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
    });
    expect(existsSync(join(folder, 'served'))).toBe(false);
  });
});
