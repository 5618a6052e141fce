import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  readdirSync,
} from 'node:fs';
import { gzipSync } from 'node:zlib';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openHttpClient } from '../../../src/images/download/http-client.ts';
import type { FetchEvent } from '../../../src/images/fetch-progress.ts';
import { fetchImages } from '../../../src/images/fetch-images.ts';
import { aptDownload } from '../../../src/images/loaders/apt-download.ts';
import { archivePackages } from '../../../src/images/loaders/archive-packages.ts';
import { readDebFiles } from '../../../src/images/loaders/deb-package.ts';
import { fetchLoaders } from '../../../src/images/loaders/fetch-loaders.ts';
import { installedPackages, type PackageSource } from '../../../src/images/loaders/package-source.ts';
import { SIGNED_IPXE } from '../../../src/images/loaders/signed-ipxe.ts';
import { PxectlError } from '../../../src/model/errors.ts';
import { stateLayout, type StateLayout } from '../../../src/model/state-layout.ts';
import { writeCasperIso } from '../../support/casper-iso.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { makeGpgTestKey, type GpgTestKey } from '../../support/gpg-test-key.ts';
import { startLoopbackMirror, type LoopbackMirror } from '../../support/loopback-mirror.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-loaders-'));
let layout: StateLayout;
let events: FetchEvent[];
let mirror: LoopbackMirror;
let key: GpgTestKey;
let count = 0;
const context = () => ({ layout, progress: (event: FetchEvent) => events.push(event) });
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const code = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof PxectlError ? error.code : String(error)),
  );

/** Builds a real .deb with dpkg-deb. */
function deb(
  name: string,
  version: string,
  files: Readonly<Record<string, Buffer>>,
  compression = 'xz',
  links: Readonly<Record<string, string>> = {},
): Buffer {
  const tree = mkdtempSync(join(folder, 'deb-'));
  const put = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  };
  put(
    'DEBIAN/control',
    `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: T <t@example.org>\nDescription: test\n`,
  );
  for (const [path, content] of Object.entries(files)) put(path, content);
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(tree, path));
  execFileSync('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '--build', tree, `${tree}.deb`], {
    stdio: 'pipe',
  });
  return readFileSync(`${tree}.deb`);
}
const pxelinux = () => readFileSync('/usr/lib/PXELINUX/pxelinux.0');
const modules = () =>
  Object.fromEntries(
    ['ldlinux', 'libcom32', 'libutil', 'menu'].map((name) => [
      `/usr/lib/syslinux/modules/bios/${name}.c32`,
      readFileSync(`/usr/lib/syslinux/modules/bios/${name}.c32`),
    ]),
  );

beforeAll(() => {
  key = makeGpgTestKey('Archive Test <archive@example.org>');
  writeFileSync(join(folder, 'archive.gpg'), key.publicKey);
});
afterAll(() => {
  key.dispose();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  layout = stateLayout(join(folder, `state-${count++}`));
  events = [];
  mirror = await startLoopbackMirror();
});
afterEach(() => mirror.close());

describe('a .deb', () => {
  itNeeds('dpkg-deb').each(['gzip', 'xz', 'zstd'])('with its data in %s', async (compression) => {
    const bytes = deb('x', '1', { '/usr/lib/x/a': Buffer.alloc(300_000, 'a') }, compression, {
      '/usr/lib/x/b': 'a',
    });
    const files = await readDebFiles(bytes, ['/usr/lib/x/a', '/usr/lib/x/b', '/usr/lib/x/none'], 'x.deb');
    expect([...files.keys()]).toEqual(['/usr/lib/x/a', '/usr/lib/x/b']);
    expect(files.get('/usr/lib/x/b')?.length).toBe(300_000);
    for (const length of [0, 7, 70, 200, Math.floor(bytes.length / 2), bytes.length - 50]) {
      expect(
        await code(readDebFiles(bytes.subarray(0, length), ['/usr/lib/x/a'], 'cut.deb')),
        `${length}`,
      ).toBe('E_ARCHIVE_INVALID');
    }
  });

  it('of the real archive, by apt-get download', { timeout: 120_000 }, async (test) => {
    if (
      !existsSync('/var/lib/apt/lists') ||
      !readdirSync('/var/lib/apt/lists').some((name) => name.includes('_Packages'))
    ) {
      test.skip('apt has no package lists here');
    }
    const found = await aptDownload.find('pxelinux', 'amd64', ['/usr/lib/PXELINUX/pxelinux.0']);
    const installed = await installedPackages.find('pxelinux', 'amd64', []);
    expect(found?.version).toBe(installed?.version);
    expect(sha256((await found?.read('/usr/lib/PXELINUX/pxelinux.0')) ?? Buffer.alloc(0))).toBe(
      sha256(pxelinux()),
    );
  });
});

describe('fetchLoaders from installed packages', () => {
  it('stores them with origin, version, hash and signature; a second time nothing changes', async () => {
    const { files } = await fetchLoaders({ isOffline: true }, context());
    const of = (path: string) => files.find((file) => file.path === path);
    expect(of('pxelinux.0')).toMatchObject({
      platform: 'bios',
      isProgram: true,
      isSigned: false,
      origin: 'package pxelinux',
      sha256: sha256(pxelinux()),
    });
    expect(of('ldlinux.c32')).toMatchObject({ isProgram: false, version: of('pxelinux.0')?.version });
    expect(of('shimx64.efi')).toMatchObject({ platform: 'x64', isSigned: true });
    expect(of('grubx64.efi')).toMatchObject({ family: 'grub', isSigned: true });
    expect(of('ipxe/snponly-x64.efi')).toMatchObject({ family: 'ipxe', isSigned: false });
    for (const file of files) expect(sha256(readFileSync(join(layout.loaders, file.path)))).toBe(file.sha256);
    const before = statSync(join(layout.loaders, 'pxelinux.0')).ino;
    await fetchLoaders({ isOffline: true }, context());
    expect(statSync(join(layout.loaders, 'pxelinux.0')).ino).toBe(before);
    expect(events.at(-1)).toMatchObject({ text: 'boot loaders are here already' });
  });

  it('puts back a file that was lost, and one that was damaged and has its size', async () => {
    await fetchLoaders({ isOffline: true }, context());
    rmSync(join(layout.loaders, 'ldlinux.c32'));
    writeFileSync(join(layout.loaders, 'pxelinux.0'), Buffer.alloc(pxelinux().length, 'x'));
    await fetchLoaders({ isOffline: true }, context());
    expect(existsSync(join(layout.loaders, 'ldlinux.c32'))).toBe(true);
    expect(readFileSync(join(layout.loaders, 'pxelinux.0')).equals(pxelinux())).toBe(true);
  });
});

describe('fetchLoaders from an archive over HTTP', () => {
  const publish = (packages: Readonly<Record<string, { version: string; bytes: Buffer }>>): void => {
    const stanzas = Object.entries(packages).map(([name, { version, bytes }]) => {
      const filename = `pool/${name}.deb`;
      mirror.files.set(`/debian/${filename}`, bytes);
      return `Package: ${name}\nVersion: ${version}\nFilename: ${filename}\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\n`;
    });
    const list = gzipSync(stanzas.join('\n'));
    mirror.files.set('/debian/dists/bookworm/main/binary-amd64/Packages.gz', list);
    const release = `Suite: stable\nCodename: bookworm\nSHA256:\n ${sha256(list)} ${list.length} main/binary-amd64/Packages.gz\n`;
    mirror.files.set('/debian/dists/bookworm/InRelease', key.clearsign(release));
  };
  const fetch = async (options = {}) => {
    const all = {
      mirrors: {
        'https://ftp.debian.org/debian': `${mirror.url}/debian`,
        'https://ftp-master.debian.org': mirror.url,
      },
      keyring: join(folder, 'archive.gpg'),
      http: { retryPauseMs: 5 },
      ...options,
    };
    const client = await openHttpClient(all);
    return fetchLoaders(all, context(), [archivePackages({ client, options: all, context: context() })]);
  };
  const version = '3:6.04~git20190206+dfsg1-3';
  const good = () => ({
    pxelinux: { version, bytes: deb('pxelinux', version, { '/usr/lib/PXELINUX/pxelinux.0': pxelinux() }) },
    'syslinux-common': { version, bytes: deb('syslinux-common', version, modules(), 'zstd') },
  });

  it('InRelease vouches for Packages, Packages for the .deb', async () => {
    publish(good());
    const { files } = await fetch();
    expect(files.map((file) => file.path)).toEqual([
      'ldlinux.c32',
      'libcom32.c32',
      'libutil.c32',
      'menu.c32',
      'pxelinux.0',
    ]);
    expect(files[0]).toMatchObject({
      version,
      origin: `${mirror.url}/debian/pool/syslinux-common.deb (mirror of https://ftp.debian.org/debian)`,
    });
    mirror.requests.length = 0;
    await fetch();
    expect(mirror.requests.filter((request) => request.path.endsWith('pxelinux.deb'))).toEqual([]);
  });

  const changedDeb = (): Buffer => deb('pxelinux', '9', { '/usr/lib/PXELINUX/pxelinux.0': pxelinux() });
  const spoilt: readonly [string, () => void, RegExp][] = [
    ['a changed .deb', () => mirror.files.set('/debian/pool/pxelinux.deb', changedDeb()), /Packages says/],
    [
      'a changed list',
      () =>
        mirror.files.set('/debian/dists/bookworm/main/binary-amd64/Packages.gz', gzipSync('Package: x\n')),
      /InRelease says/,
    ],
    ['another key', () => undefined, /not to be had/],
  ];
  it.each(spoilt)('%s is refused, and nothing is stored', async (name, spoil, says) => {
    publish(good());
    spoil();
    const options = name === 'another key' ? { keyring: undefined } : {};
    if (name === 'another key') mirror.files.set('/keys/archive-key-12.asc', key.publicKey);
    const isOwnRing = existsSync('/usr/share/keyrings/debian-archive-keyring.gpg');
    expect(await code(fetch(options))).toBe('E_LOADER_MISSING');
    const texts = events.filter((event) => event.type === 'warning').map((event) => event.text);
    expect(texts.join('\n')).toMatch(name === 'another key' && isOwnRing ? /cannot be trusted/ : says);
    expect(existsSync(join(layout.loaders, 'pxelinux.0'))).toBe(false);
  });

  it('pxelinux and modules of different versions are not stored', async () => {
    const other = '3:6.03+dfsg-14.1';
    publish({
      ...good(),
      'syslinux-common': { version: other, bytes: deb('syslinux-common', other, modules()) },
    });
    expect(await code(fetch())).toBe('E_LOADER_MISSING');
    expect(events.map((event) => ('text' in event ? event.text : '')).join()).toMatch(
      /not the loader it should be/,
    );
  });

  it('an EFI program in place of a BIOS one is not stored', async () => {
    const efi = readFileSync('/usr/lib/ipxe/snponly.efi');
    publish({
      ...good(),
      pxelinux: { version, bytes: deb('pxelinux', version, { '/usr/lib/PXELINUX/pxelinux.0': efi }) },
    });
    expect(await code(fetch())).toBe('E_LOADER_MISSING');
  });
});

describe('other sources', () => {
  const empty: PackageSource = { name: 'nowhere', find: async () => undefined };

  it('nothing anywhere: one error that says what to install', async () => {
    const error = await fetchLoaders({}, context(), [empty]).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'E_LOADER_MISSING',
      next: expect.stringContaining('apt-get install') as string,
    });
  });

  it('the shim of an ISO in the store', async () => {
    const file = join(folder, 'with-shim.iso');
    writeCasperIso(file, {
      files: { 'EFI/boot/bootx64.efi': readFileSync('/usr/lib/shim/shimx64.efi.signed') },
    });
    await fetchImages([file], {}, context());
    const { files } = await fetchLoaders({}, context(), [empty]);
    expect(files).toMatchObject([{ path: 'shimx64.efi', isSigned: true, version: '20.04.3' }]);
  });

  describe("shim and GRUB of the image's own release", () => {
    const UBUNTU = { shim: '1.58+15.8-0ubuntu1', grub: '1.202.2+2.12-1ubuntu7.1' };
    const shim = () => readFileSync('/usr/lib/shim/shimx64.efi.signed');
    const grub = () => readFileSync('/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed');
    /** An ISO with the pool of Ubuntu's installer. */
    const takeUbuntu = async (grubProgram = grub()): Promise<void> => {
      const file = join(folder, `pool-${count}.iso`);
      const shimDeb = deb('shim-signed', UBUNTU.shim, { '/usr/lib/shim/shimx64.efi.signed.latest': shim() });
      const grubDeb = deb('grub-efi-amd64-signed', UBUNTU.grub, {
        '/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed': grubProgram,
      });
      writeCasperIso(file, {
        files: {
          [`pool/main/s/shim-signed/shim-signed_${UBUNTU.shim}_amd64.deb`]: shimDeb,
          [`pool/main/g/grub2-signed/grub-efi-amd64-signed_${UBUNTU.grub}_amd64.deb`]: grubDeb,
        },
      });
      await fetchImages([file], {}, context());
    };
    const versions = async (sources = [installedPackages]): Promise<(string | undefined)[]> => {
      const { files } = await fetchLoaders({}, context(), sources);
      return ['shimx64.efi', 'grubx64.efi'].map((path) => files.find((file) => file.path === path)?.version);
    };

    it('come from its ISO where the packages here are of another vendor, again and again', async () => {
      await takeUbuntu();
      expect(await versions()).toEqual([UBUNTU.shim, UBUNTU.grub]);
      const before = statSync(join(layout.loaders, 'shimx64.efi')).ino;
      expect(await versions()).toEqual([UBUNTU.shim, UBUNTU.grub]);
      expect(statSync(join(layout.loaders, 'shimx64.efi')).ino).toBe(before);
      expect(events.at(-1)).toMatchObject({ text: 'boot loaders are here already' });
    });

    it('come from its ISO where there is no other source', async () => {
      await takeUbuntu();
      expect(await versions([empty])).toEqual([UBUNTU.shim, UBUNTU.grub]);
    });

    it('are those of the packages as long as an image of their vendor is here', async () => {
      const own = await installedPackages.find('shim-signed', 'amd64', []);
      await takeUbuntu();
      await fetchImages(['/usr/lib/debian-installer/images/12/amd64/text'], {}, context());
      expect((await versions())[0]).toBe(own?.version);
    });

    it('are not taken unsigned', async () => {
      await takeUbuntu(readFileSync('/usr/lib/ipxe/snponly.efi'));
      expect((await versions())[1]).not.toBe(UBUNTU.grub);
      expect(events.map((event) => ('text' in event ? event.text : '')).join()).toMatch(
        /it has no signature/,
      );
    });
  });

  it('a platform that was named and is nowhere is an error; the rest is stored', async () => {
    const options = { loaderPlatforms: ['x64', 'ia32'] as const };
    const error = await fetchLoaders(options, context(), [installedPackages]).catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'E_LOADER_MISSING',
      message: expect.stringContaining('for ia32') as string,
      next: expect.stringContaining('--signed-ipxe') as string,
    });
    expect(existsSync(join(layout.loaders, 'ipxe/snponly-x64.efi'))).toBe(true);
  });

  it('keeps what was found when the signed iPXE cannot be had', async () => {
    const options = { hasSignedIpxe: true, isOffline: true };
    expect(await code(fetchLoaders(options, context(), [installedPackages]))).toBe('E_OFFLINE');
    expect(existsSync(join(layout.loaders, 'pxelinux.0'))).toBe(true);
  });

  it('asks for the package ipxe by its plain name: it is one for all architectures', async () => {
    const asked: string[] = [];
    const find: PackageSource['find'] = async (name, architecture) => {
      asked.push(`${name} ${architecture}`);
      return undefined;
    };
    const options = { loaderPlatforms: ['arm64'] as const };
    await fetchLoaders(options, context(), [{ name: 'a recorder', find }]).catch(() => undefined);
    expect(asked).toEqual(['ipxe amd64', 'shim-signed arm64']);
  });

  it('signed iPXE with its shim; another archive and unsigned programs refused in its place', async () => {
    const publish = (program: Buffer): void => {
      const tree = mkdtempSync(join(folder, 'ipxeboot-'));
      mkdirSync(join(tree, 'ipxeboot/x86_64-sb'), { recursive: true });
      writeFileSync(
        join(tree, 'ipxeboot/x86_64-sb/shimx64.efi'),
        readFileSync('/usr/lib/shim/shimx64.efi.signed'),
      );
      writeFileSync(join(tree, 'ipxeboot/x86_64-sb/snponly.efi'), program);
      mirror.files.set(
        new URL(SIGNED_IPXE.url).pathname,
        execFileSync('tar', ['-czf', '-', '-C', tree, 'ipxeboot'], { maxBuffer: 1 << 26 }),
      );
    };
    const pinned = {
      hasSignedIpxe: true,
      mirrors: { 'https://github.com': mirror.url },
      http: { retryPauseMs: 5 },
    };
    publish(readFileSync('/usr/lib/ipxe/snponly.efi'));
    expect(await code(fetchLoaders(pinned, context(), [installedPackages]))).toBe('E_CHECKSUM');
    const options = { ...pinned, isVerificationSkipped: true };
    expect(await code(fetchLoaders(options, context(), [installedPackages]))).toBe('E_LOADER_INVALID');
    publish(readFileSync('/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed'));
    const { files } = await fetchLoaders(options, context(), [installedPackages]);
    expect(files.filter((file) => file.path.startsWith('ipxe-signed/'))).toMatchObject([
      { path: 'ipxe-signed/ipxe-shimx64.efi', family: 'shim', isSigned: true },
      { path: 'ipxe-signed/ipxe.efi', family: 'ipxe', isSigned: true },
    ]);
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));
    expect(warnings.filter((text) => text.includes('TAKEN ALL THE SAME'))).toHaveLength(2);
  });
});
