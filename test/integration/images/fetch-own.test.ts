import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FetchEvent } from '../../../src/images/fetch-progress.ts';
import { fetchImages } from '../../../src/images/fetch-images.ts';
import type { FetchOptions } from '../../../src/images/fetch-types.ts';
import { listImages, verifyImage } from '../../../src/images/manage-images.ts';
import { PxectlError } from '../../../src/model/errors.ts';
import { fileOf, type ImageManifest } from '../../../src/model/image.ts';
import { stateLayout, type StateLayout } from '../../../src/model/state-layout.ts';
import { writeCasperIso } from '../../support/casper-iso.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { misbehaviour, startLoopbackMirror, type LoopbackMirror } from '../../support/loopback-mirror.ts';

const INSTALLER = '/usr/lib/debian-installer/images/12/amd64/text';
const NAME = 'ubuntu-20.04.3-live-server-amd64.iso';
const folder = mkdtempSync(join(tmpdir(), 'pxectl-from-'));
const iso = join(folder, NAME);
let layout: StateLayout;
let events: FetchEvent[];
let mirror: LoopbackMirror;
let count = 0;

beforeAll(async () => {
  writeCasperIso(iso);
  mirror = await startLoopbackMirror(new Map([[`/${NAME}`, readFileSync(iso)]]));
});
afterAll(async () => {
  await mirror.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  layout = stateLayout(join(folder, `state-${count++}`));
  events = [];
  mirror.misbehave = undefined;
  mirror.requests.length = 0;
});

const from = async (
  source: string,
  options: FetchOptions = {},
  storedAs?: string,
): Promise<ImageManifest> => {
  const http = { stallTimeoutMs: 1000, retryPauseMs: 5 };
  const [image] = await fetchImages(
    [source],
    { http, ...options, ...(storedAs === undefined ? {} : { storedAs }) },
    { layout, progress: (e) => events.push(e) },
  );
  return image?.manifest ?? expect.fail();
};
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof PxectlError ? error.code : String(error)),
  );
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const expectWhole = async (manifest: ImageManifest): Promise<void> => {
  expect((await verifyImage(layout, manifest.id)).isOk).toBe(true);
  expect(readdirSync(layout.images).filter((name) => !name.startsWith('.parts'))).toEqual([manifest.id]);
};

describe('FILE', () => {
  it('an Ubuntu ISO: recognised, extracted, kept as the root image', async () => {
    const manifest = await from(iso);
    expect(manifest).toMatchObject({
      id: 'ubuntu-20.04.3',
      release: '20.04.3',
      verification: 'local',
      origin: iso,
    });
    expect(fileOf(manifest, 'root-image')?.sha256).toBe(sha256Of(readFileSync(iso)));
    await expectWhole(manifest);
    expect(events[0]).toMatchObject({
      type: 'step',
      text: expect.stringContaining('recognised Ubuntu-Server 20.04.3 LTS') as string,
    });
  });

  it('under another name', async () => {
    const manifest = await from(iso, {}, 'class-room');
    expect(manifest.id).toBe('class-room');
    await expectWhole(manifest);
  });

  it.each([
    [
      'Ubuntu 24.04.1 LTS "Noble Numbat" - Release amd64 (20240827.1)',
      'ubuntu-24.04.1-desktop',
      'autoinstall',
      'ds=nocloud;s={seed}',
    ],
    [
      'Ubuntu 22.04.5 LTS "Jammy Jellyfish" - Release amd64 (20240911)',
      'ubuntu-22.04.5-desktop',
      'none',
      undefined,
    ],
    [
      'Ubuntu-Server 22.04 LTS "Jammy Jellyfish" - Release amd64 (20220421)',
      'ubuntu-22.04',
      'autoinstall',
      'ds=nocloud-net;s={seed}',
    ],
    [
      'Ubuntu-Server 26.04 LTS "Resolute Raccoon" - Release arm64 (20260423)',
      'ubuntu-26.04-arm64',
      'autoinstall',
      'ds=nocloud;s={seed}',
    ],
  ])('%s', async (info, id, seedFormat, seedArgument) => {
    const file = join(folder, `${id}.iso`);
    writeCasperIso(file, { info });
    const { id: foundId, boot } = await from(file);
    expect(foundId).toBe(id);
    expect(boot.seedFormat).toBe(seedFormat);
    expect(boot.seedArguments[1]).toBe(seedArgument);
    expect(boot.arguments).toEqual(['ip=dhcp', 'url={root}', 'cloud-config-url=/dev/null']);
  });

  const targets = { gz: '-z', xz: '-J', zst: '--zstd' };
  itNeeds('tar', 'xz', 'zstd').each(Object.entries(targets))(
    'the Debian netboot tarball as .tar.%s',
    async (suffix, flag) => {
      const file = join(folder, `netboot.tar.${suffix}`);
      const tree = join(folder, `small-${suffix}`);
      mkdirSync(join(tree, 'debian-installer/amd64'), { recursive: true });
      writeFileSync(join(tree, 'version.info'), readFileSync(join(INSTALLER, 'version.info')));
      for (const name of ['linux', 'initrd.gz']) {
        writeFileSync(join(tree, 'debian-installer/amd64', name), randomBytes(700_000));
      }
      execFileSync('tar', [flag, '-cf', file, '-C', tree, '.']);
      const manifest = await from(file);
      expect(manifest).toMatchObject({ id: 'debian-12', distribution: 'debian', release: '12' });
      await expectWhole(manifest);
      rmSync(file);
    },
  );

  it('the Ubuntu netboot tarball, with the ISO that its grub.cfg names', async () => {
    const tree = join(folder, 'netboot');
    mkdirSync(join(tree, 'amd64/grub'), { recursive: true });
    writeFileSync(join(tree, 'amd64/linux'), 'kernel');
    writeFileSync(join(tree, 'amd64/initrd'), 'initrd');
    writeFileSync(join(tree, 'amd64/bootx64.efi'), readFileSync('/usr/lib/shim/shimx64.efi.signed'));
    writeFileSync(
      join(tree, 'amd64/grub/grub.cfg'),
      'menuentry "Install Ubuntu Server" {\n linux linux iso-url=https://releases.ubuntu.com/noble/ubuntu-24.04.3-live-server-amd64.iso ip=dhcp ---\n initrd initrd\n}\n',
    );
    execFileSync('tar', ['-czf', join(folder, 'ubuntu-netboot.tgz'), '-C', tree, '.']);
    const manifest = await from(join(folder, 'ubuntu-netboot.tgz'));
    expect(manifest.id).toBe('ubuntu-24.04.3-netboot');
    expect(fileOf(manifest, 'shim')?.path).toBe('shimx64.efi');
    expect(manifest.boot.arguments).toContain(
      'iso-url=https://releases.ubuntu.com/noble/ubuntu-24.04.3-live-server-amd64.iso',
    );
  });

  it('a cut tarball, a hostile one, and something else', async () => {
    const cut = join(folder, 'cut.tar.gz');
    execFileSync('tar', ['-czf', cut, '-C', INSTALLER, './debian-installer/amd64/linux']);
    writeFileSync(cut, readFileSync(cut).subarray(0, 1_000_000));
    expect(await codeOf(from(cut))).toBe('E_ARCHIVE_INVALID');
    const hostile = join(folder, 'hostile.tar');
    const outside = join(folder, 'outside');
    writeFileSync(outside, 'x');
    execFileSync('tar', ['-P', '-cf', hostile, '--transform', 's,.*,../../../outside-written,', outside]);
    expect(await codeOf(from(hostile))).toBe('E_ARCHIVE_INVALID');
    expect(existsSync(join(folder, 'outside-written'))).toBe(false);
    const text = join(folder, 'notes.txt');
    writeFileSync(text, 'just text');
    expect(await codeOf(from(text))).toBe('E_ARCHIVE_INVALID');
    expect(await codeOf(from(join(folder, 'none.iso')))).toBe('E_NOT_FOUND');
    expect(await listImages(layout)).toEqual([]);
    expect(existsSync(layout.images) ? readdirSync(layout.images) : []).toEqual([]);
  });
});

describe('something that cannot be taken says what it is', () => {
  const page = Buffer.from(`<!DOCTYPE html><html>${'log in '.repeat(10_000)}</html>`);
  const rows: readonly [string, string, () => Buffer, RegExp, RegExp][] = [
    ['an empty file', 'empty.iso', () => Buffer.alloc(0), /is empty$/, /fetch it again/],
    ['a web page', 'page.iso', () => page, /is a web page$/, /fetch it again/],
    ['a zip', 'x.zip', () => Buffer.from('PK\x03\x04rest of it'), /is a zip archive$/, /unpack it/],
    ['a text', 'x.txt', () => Buffer.from('hello'), /neither an ISO image nor a tar archive$/, /file \//],
    ['a packed ISO', 'u.iso.gz', () => gzipSync(readFileSync(iso)), /cannot be unpacked$/, /gunzip/],
    [
      'a packed text',
      'notes.gz',
      () => gzipSync('n'.repeat(5000)),
      /cannot be unpacked$/,
      /ISO image, a tar/,
    ],
  ];
  it.each(rows)('%s', async (_, name, bytes, what, next) => {
    const file = join(folder, name);
    writeFileSync(file, bytes());
    const error = await from(file).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'E_ARCHIVE_INVALID',
      message: expect.stringMatching(what) as string,
      next: expect.stringMatching(next) as string,
    });
    expect((error as PxectlError).message).toContain(file);
    rmSync(file);
  });

  it('is the one that was recognised, whatever has its name meanwhile', async () => {
    const theirs = join(folder, 'theirs.iso');
    const precious = join(folder, 'root-only');
    writeFileSync(theirs, readFileSync(iso));
    writeFileSync(precious, 'a secret of whoever runs pxectl');
    const context = {
      layout,
      progress: (event: FetchEvent): void => {
        if (event.type !== 'step' || !event.text.startsWith('recognised')) return;
        rmSync(theirs);
        symlinkSync(precious, theirs);
      },
    };
    const [image] = await fetchImages([theirs], {}, context);
    const root = fileOf(image?.manifest ?? expect.fail(), 'root-image');
    expect(root).toMatchObject({ sha256: sha256Of(readFileSync(iso)) });
    rmSync(theirs);
  });

  it('a pipe and a device, without waiting for what comes out of them', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, '/dev/zero']) {
      const error = await from(path).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'E_ARCHIVE_INVALID',
        next: `cat ${path} > image.iso, then pxectl fetch image.iso`,
      });
    }
  });

  it('a folder of downloads: the image in it', async () => {
    const downloads = join(folder, 'downloads');
    mkdirSync(downloads);
    writeFileSync(join(downloads, 'some.iso'), '');
    const error = await from(downloads).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'E_IMAGE_UNRECOGNISED',
      next: `name the image itself: pxectl fetch ${downloads}/some.iso`,
    });
  });

  it('an address of another scheme; file:// is a file; --remote-root wants an address', async () => {
    expect(await codeOf(from('ftp://example.org/x.iso'))).toBe('E_USAGE');
    expect(await codeOf(from(iso, { isRootLeftRemote: true }))).toBe('E_USAGE');
    expect((await from(`file://${iso}`)).id).toBe('ubuntu-20.04.3');
  });
});

describe('DIR', () => {
  it("the package's folder", async () => {
    const manifest = await from(INSTALLER);
    expect(manifest.id).toBe('debian-12');
    await expectWhole(manifest);
  });

  it('says what it saw in a folder that it does not know', async () => {
    const other = join(folder, 'other');
    mkdirSync(join(other, 'stuff'), { recursive: true });
    const error = await from(other).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'E_IMAGE_UNRECOGNISED', why: 'at its top there is: stuff/' });
  });

  it('does not follow links out of it', async () => {
    const sly = join(folder, 'sly/debian-installer/amd64');
    mkdirSync(sly, { recursive: true });
    symlinkSync('/etc/passwd', join(sly, 'linux'));
    writeFileSync(join(sly, 'initrd.gz'), 'x');
    expect(await codeOf(from(join(folder, 'sly')))).toBe('E_IMAGE_UNRECOGNISED');
  });
});

describe('URL', () => {
  const requested = () => mirror.requests.map((request) => request.range ?? 'all');

  it('reads kernel and initrd by ranges, then downloads the ISO for the machines', async () => {
    const manifest = await from(`${mirror.url}/${NAME}`);
    expect(manifest).toMatchObject({ id: 'ubuntu-20.04.3', verification: 'local' });
    await expectWhole(manifest);
    expect(requested().at(-1)).toBe('all');
    expect(requested().filter((range) => range === 'all')).toHaveLength(1);
  });

  it('can leave the ISO where it is', async () => {
    const manifest = await from(`${mirror.url}/${NAME}`, { isRootLeftRemote: true });
    expect(manifest.boot.arguments).toContain(`url=${mirror.url}/${NAME}`);
    expect(fileOf(manifest, 'root-image')).toBeUndefined();
    expect(requested()).not.toContain('all');
    const read = mirror.requests.reduce((sum, { range }) => {
      const [, first, last] = /bytes=(\d+)-(\d+)/.exec(range ?? '') ?? [];
      return sum + Number(last) - Number(first) + 1;
    }, 0);
    expect(read).toBeLessThan(5_000_000 + 8 * 65_536);
    await expectWhole(manifest);
  });

  it('downloads all of it where the server knows no ranges', async () => {
    mirror.misbehave = misbehaviour.rangeBlind(`/${NAME}`, readFileSync(iso));
    await expectWhole(await from(`${mirror.url}/${NAME}`));
  });

  it('leaves the ISO where it is also when all of it had to be downloaded to look inside', async () => {
    mirror.misbehave = misbehaviour.rangeBlind(`/${NAME}`, readFileSync(iso));
    const manifest = await from(`${mirror.url}/${NAME}`, { isRootLeftRemote: true });
    expect(manifest.boot.arguments).toContain(`url=${mirror.url}/${NAME}`);
    expect(fileOf(manifest, 'root-image')).toBeUndefined();
    expect(readdirSync(join(layout.images, '.parts-from'))).toEqual([]);
  });

  it('a tarball under any name, and what is neither; of that nothing is kept', async () => {
    const tree = join(folder, 'any-name');
    mkdirSync(join(tree, 'debian-installer/amd64'), { recursive: true });
    for (const name of ['linux', 'initrd.gz'])
      writeFileSync(join(tree, 'debian-installer/amd64', name), randomBytes(100_000));
    const tarball = execFileSync('tar', ['-czf', '-', '-C', tree, '.'], { maxBuffer: 1 << 26 });
    mirror.files.set('/download', tarball);
    expect((await from(`${mirror.url}/download`)).id).toBe('debian-netboot');
    mirror.files.set('/x.zip', Buffer.from('PK\x03\x04 and the rest'));
    const error = await from(`${mirror.url}/x.zip`).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'E_ARCHIVE_INVALID',
      message: `${mirror.url}/x.zip is a zip archive`,
    });
    mirror.misbehave = misbehaviour.rangeBlind('/x.zip', Buffer.from('PK\x03\x04 and the rest'));
    expect(await codeOf(from(`${mirror.url}/x.zip`))).toBe('E_ARCHIVE_INVALID');
    expect(readdirSync(join(layout.images, '.parts-from'))).toEqual([]);
  });

  it('a wrong range, a page, nothing there: one error', async () => {
    mirror.misbehave = misbehaviour.wrongRange(`/${NAME}`, readFileSync(iso));
    expect(await codeOf(from(`${mirror.url}/${NAME}`))).toBe('E_DOWNLOAD');
    mirror.misbehave = misbehaviour.captivePortal();
    expect(await codeOf(from(`${mirror.url}/${NAME}`))).toBe('E_DOWNLOAD');
    mirror.misbehave = undefined;
    expect(await codeOf(from(`${mirror.url}/none.iso`))).toBe('E_NOT_FOUND');
    expect(await listImages(layout)).toEqual([]);
  });
});
