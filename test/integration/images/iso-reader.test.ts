import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFileSource } from '../../../src/images/sources/file-source.ts';
import { openIsoTree, type IsoTree } from '../../../src/images/trees/iso-tree.ts';
import { PxectlError } from '../../../src/model/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-iso-'));
const tree = join(folder, 'tree');
const deep = Array.from({ length: 12 }, (_, level) => `level-${level}`).join('/');
const longName = `${'a-very-long-name-'.repeat(14)}.conf`;
const LONG_TARGET = `${'./'.repeat(150)}casper/vmlinuz`;

beforeAll(() => {
  const put = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  };
  put('casper/vmlinuz', Buffer.alloc(300_001, 'kernel'));
  put('casper/initrd', Buffer.alloc(5000, 'initrd'));
  put('.disk/info', 'Ubuntu-Server 20.04.3 LTS "Focal Fossa" - Release amd64 (20210824)');
  put(`${deep}/bottom.txt`, 'at the bottom');
  put(longName, 'long');
  put('Mixed Case und Ümläut.txt', 'names');
  put('empty', '');
  put('boot/efi.img', efiImage());
  put('boot/bios.img', Buffer.alloc(2048, 1));
  for (let index = 0; index < 300; index++) put(`many/file-${index}`, String(index));
  symlinkSync('casper/vmlinuz', join(tree, 'vmlinuz'));
  symlinkSync('/casper/initrd', join(tree, 'many/initrd'));
  symlinkSync(LONG_TARGET, join(tree, 'long-link'));
  symlinkSync('loop-b', join(tree, 'loop-a'));
  symlinkSync('loop-a', join(tree, 'loop-b'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A FAT12 header that says 3 MiB, more than the catalogue says. */
function efiImage(): Buffer {
  const image = Buffer.alloc(64 * 1024);
  image.writeUInt16LE(512, 11);
  image.writeUInt16LE(6144, 19);
  image.writeUInt16BE(0x55aa, 510);
  return image;
}

function build(name: string, args: readonly string[], source = tree): string {
  const file = join(folder, name);
  execFileSync('xorriso', ['-as', 'mkisofs', '-quiet', '-o', file, ...args, source], { stdio: 'pipe' });
  return file;
}

const open = async (file: string): Promise<IsoTree> => openIsoTree(await openFileSource(file));

async function walk(iso: IsoTree, path = ''): Promise<string[]> {
  const found: string[] = [];
  for (const name of await iso.list(path)) {
    if (name.endsWith('/')) found.push(...(await walk(iso, path + name)));
    else if ((await iso.image.find(path + name))?.kind === 'file') found.push(path + name);
  }
  return found;
}

async function hashOf(iso: IsoTree, path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of iso.stream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** Regular files (not links) and their hashes, as another program unpacks them. */
function unpackedBy(program: 'bsdtar' | 'xorriso', file: string): Map<string, string> {
  const out = join(folder, `out-${program}`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  if (program === 'bsdtar')
    execFileSync('bsdtar', ['-xf', file, '-C', out], { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  else execFileSync('xorriso', ['-osirrox', 'on', '-indev', file, '-extract', '/', out], { stdio: 'pipe' });
  chmodSync(out, 0o755);
  const hashes = new Map<string, string>();
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    hashes.set(path.slice(out.length + 1), execFileSync('sha256sum', [path]).toString().slice(0, 64));
  }
  rmSync(out, { recursive: true, force: true });
  return hashes;
}

/** Every file that the other program finds is here with the same bytes, and nothing more. */
async function expectSameFiles(file: string, program: 'bsdtar' | 'xorriso'): Promise<void> {
  const iso = await open(file);
  const expected = unpackedBy(program, file);
  expect(expected.size).toBeGreaterThan(300);
  const mine = (await walk(iso)).filter((path) => !LINKS.includes(path));
  expect(new Set(mine)).toEqual(new Set(expected.keys()));
  for (const path of mine) expect(await hashOf(iso, path), path).toBe(expected.get(path));
  await iso.close();
}
const LINKS = ['vmlinuz', 'many/initrd', 'long-link'];

describe('the ISO reader agrees with other readers', () => {
  it.each(['bsdtar', 'xorriso'] as const)(
    '%s: Rock Ridge with deep paths and long names',
    async (program) => {
      await expectSameFiles(build('rock-ridge.iso', ['-R', '-V', 'ROCK RIDGE']), program);
    },
  );

  const writers = {
    xorriso: (file: string) => {
      const rules = ['-compliance', 'clear:deep_paths_off', '-rr_reloc_dir', 'rr_moved'];
      const args = ['-outdev', `stdio:${file}`, ...rules, '-map', tree, '/', '-commit'];
      execFileSync('xorriso', args, { stdio: 'pipe' });
    },
    bsdtar: (file: string) => execFileSync('bsdtar', ['--format', 'iso9660', '-cf', file, '-C', tree, '.']),
  };
  it.each(Object.entries(writers))(
    'directories moved up for their depth (CL, PL, RE), written by %s',
    async (name, write) => {
      const file = join(folder, `moved-${name}.iso`);
      write(file);
      const iso = await open(file);
      expect(readFileSync(file).includes('RR_MOVED'), 'the writer moved something').toBe(true);
      expect(await iso.list('rr_moved')).toEqual([]);
      expect(await hashOf(iso, `${deep}/bottom.txt`)).toBe(
        createHash('sha256').update('at the bottom').digest('hex'),
      );
      await iso.close();
      await expectSameFiles(file, 'bsdtar');
    },
  );

  it('bsdtar: Joliet only', async () => {
    const shallow = join(folder, 'shallow');
    mkdirSync(shallow);
    for (let index = 0; index < 301; index++)
      writeFileSync(join(shallow, `Ein Name mit Ü ${index}.txt`), String(index));
    const file = join(folder, 'joliet.iso');
    const args = ['-outdev', file, '-rockridge', 'off', '-joliet', 'on', '-map', shallow, '/', '-commit'];
    execFileSync('xorriso', args, { stdio: 'pipe' });
    const iso = await open(file);
    expect(iso.image.naming).toBe('joliet');
    await iso.close();
    await expectSameFiles(file, 'bsdtar');
  });

  it('plain names are lower case without versions', async () => {
    const file = join(folder, 'plain.iso');
    execFileSync(
      'xorriso',
      ['-outdev', file, '-rockridge', 'off', '-map', join(tree, 'casper'), '/casper', '-commit'],
      { stdio: 'pipe' },
    );
    const iso = await open(file);
    expect(iso.image.naming).toBe('plain');
    expect(await iso.list('casper')).toEqual(['initrd', 'vmlinuz']);
    await iso.close();
  });

  it('a hybrid image that boots by BIOS and EFI: both entries of the catalogue', async () => {
    const args = [
      '-R',
      '-J',
      '-b',
      'boot/bios.img',
      '-no-emul-boot',
      '-boot-load-size',
      '4',
      '-eltorito-alt-boot',
      '-e',
      'boot/efi.img',
      '-no-emul-boot',
      '-isohybrid-gpt-basdat',
    ];
    const file = build('hybrid.iso', args);
    const iso = await open(file);
    const entries = await iso.image.bootEntries();
    expect(entries.map((entry) => entry.platform)).toEqual(['bios', 'efi']);
    const report = execFileSync('xorriso', ['-indev', file, '-report_el_torito', 'plain'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString();
    const efiBlock = /UEFI\s+y\s+\S+\s+\S+\s+\S+\s+\S+\s+(\d+)/.exec(report)?.[1];
    expect(entries[1]?.offset).toBe(Number(efiBlock) * 2048);
    expect(entries[1]?.sizeBytes).toBe(6144 * 512);
    await iso.close();
    await expectSameFiles(file, 'xorriso');
  });
});

describe('links', () => {
  it('are followed: relative, absolute, longer than one record', async () => {
    const iso = await open(build('links.iso', ['-R']));
    const kernel = await hashOf(iso, 'casper/vmlinuz');
    expect(await hashOf(iso, 'vmlinuz')).toBe(kernel);
    expect(await hashOf(iso, 'long-link')).toBe(kernel);
    expect(await hashOf(iso, 'many/initrd')).toBe(await hashOf(iso, 'casper/initrd'));
    expect(await iso.sizeOf('loop-a')).toBeUndefined();
    expect(await iso.sizeOf('casper/none')).toBeUndefined();
    expect(await iso.sizeOf('casper/vmlinuz/x')).toBeUndefined();
    await iso.close();
  });
});

it('a file that zisofs compressed is refused: its bytes are not those of the file', async () => {
  const file = join(folder, 'zisofs.iso');
  const filter = ['-set_filter_r', '--zisofs', '/casper', '--'];
  const args = ['-outdev', file, '-map', join(tree, 'casper'), '/casper', ...filter, '-commit'];
  execFileSync('xorriso', args, { stdio: 'pipe' });
  const iso = await open(file);
  await expect(hashOf(iso, 'casper/vmlinuz')).rejects.toMatchObject({ code: 'E_IMAGE_UNSUPPORTED' });
  await iso.close();
});

describe('images that are not whole', () => {
  const code = async (work: () => Promise<unknown>): Promise<string> =>
    work().then(
      () => 'no error',
      (error: unknown) => (error instanceof PxectlError ? error.code : String(error)),
    );

  it('cut at any point: E_ISO_INVALID and nothing else', async () => {
    const file = build('cut.iso', ['-R']);
    const { size: sizeBytes } = statSync(file);
    for (const keep of [0, 100, 32768, 36000, Math.floor(sizeBytes / 2), sizeBytes - 400_000]) {
      truncateSync(file, keep);
      expect(await code(() => open(file)), `cut to ${keep} bytes`).toBe('E_ISO_INVALID');
      build('cut.iso', ['-R']);
    }
  });

  it('an HTML page with the name of an ISO', async () => {
    const file = join(folder, 'page.iso');
    writeFileSync(file, `<html>${'not found '.repeat(10_000)}</html>`);
    expect(await code(() => open(file))).toBe('E_ISO_INVALID');
  });
});

describe('a file over 4 GiB', () => {
  it('is read as one, across its extents', { timeout: 120_000 }, async () => {
    const big = join(folder, 'big');
    mkdirSync(big);
    const size = 4 * 1024 ** 3 + 12_345;
    const handle = openSync(join(big, 'filesystem.squashfs'), 'w');
    writeSync(handle, Buffer.from('end'), 0, 3, size - 3);
    writeSync(handle, Buffer.from('middle'), 0, 6, 4 * 1024 ** 3 - 3000);
    closeSync(handle);
    const file = build('big.iso', ['-R', '-iso-level', '3'], big);
    rmSync(big, { recursive: true });
    const iso = await open(file);
    const entry = await iso.image.find('filesystem.squashfs');
    expect(entry?.sizeBytes).toBe(size);
    expect(entry?.extents.length).toBeGreaterThan(1);
    // reading all of it would only measure the disk: the two places that show a wrong seam or a wrong end are enough
    const source = await openFileSource(file);
    const at = async (position: number, length: number): Promise<string> => {
      let start = 0;
      for (const extent of entry?.extents ?? []) {
        if (position < start + extent.sizeBytes) {
          return Buffer.from(await source.read(extent.offset + position - start, length)).toString();
        }
        start += extent.sizeBytes;
      }
      return 'behind the end';
    };
    expect(await at(4 * 1024 ** 3 - 3000, 6)).toBe('middle');
    expect(await at(size - 3, 3)).toBe('end');
    await source.close();
    await iso.close();
    rmSync(file);
  });
});
