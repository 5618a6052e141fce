import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { askRemote } from '../../../src/images/ask-remote.ts';
import { findRemoteImage } from '../../../src/images/catalogue/available.ts';
import { fetchImages } from '../../../src/images/fetch-images.ts';
import { removeImage, verifyImage } from '../../../src/images/manage-images.ts';
import { PxectlError } from '../../../src/model/errors.ts';
import type { ImageManifest } from '../../../src/model/image.ts';
import { stateLayout, type StateLayout } from '../../../src/model/state-layout.ts';
import { makeGpgTestKey, type GpgTestKey } from '../../support/gpg-test-key.ts';
import { startLoopbackMirror, type LoopbackMirror } from '../../support/loopback-mirror.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-catalogue-'));
let key: GpgTestKey;
let mirror: LoopbackMirror;
let layout: StateLayout;
let count = 0;

beforeAll(() => {
  key = makeGpgTestKey('Vendors <vendors@example.org>');
  writeFileSync(join(folder, 'vendors.gpg'), key.publicKey);
});
afterAll(() => {
  key.dispose();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  mirror = await startLoopbackMirror();
  layout = stateLayout(join(folder, `state-${count++}`));
});
afterEach(() => mirror.close());

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const sha512 = (bytes: Buffer): string => createHash('sha512').update(bytes).digest('hex');
const content = (name: string): Buffer => Buffer.alloc(100_000, `${name} `);
function tree(files: Readonly<Record<string, string | Buffer>>): string {
  const root = mkdtempSync(join(folder, 'tree-'));
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
  return root;
}
function iso(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const root = tree(files);
  execFileSync('xorriso', ['-as', 'mkisofs', '-quiet', '-R', '-o', `${root}.iso`, root], { stdio: 'pipe' });
  return readFileSync(`${root}.iso`);
}
const tarball = (files: Readonly<Record<string, string | Buffer>>): Buffer =>
  execFileSync('tar', ['-czf', '-', '-C', tree(files), '.'], { maxBuffer: 1 << 26 });
/** Boot ISOs have no .treeinfo. */
const anaconda = (family: string, version: string): Buffer =>
  iso({
    'EFI/BOOT/grub.cfg': `menuentry 'Install ${family} ${version}' --class fedora {\n}\n`,
    'images/pxeboot/vmlinuz': content('vmlinuz'),
    'images/pxeboot/initrd.img': content('initrd'),
    'images/install.img': content('install'),
  });

/** What each vendor's folder looks like; names and lists as they are there. */
const VENDORS: Readonly<Record<string, () => Record<string, Buffer>>> = {
  'debian-13': () => {
    const images = 'dists/trixie/main/installer-amd64/current/images';
    const netboot = 'netboot/debian-installer/amd64';
    const list = Buffer.from(
      ['linux', 'initrd.gz'].map((name) => `${sha256(content(name))}  ./${netboot}/${name}\n`).join(''),
    );
    const release = `Suite: stable\nCodename: trixie\nSHA256:\n ${sha256(list)} ${list.length} main/installer-amd64/current/images/SHA256SUMS\n`;
    return {
      'dists/trixie/InRelease': key.clearsign(release),
      [`${images}/SHA256SUMS`]: list,
      [`${images}/${netboot}/linux`]: content('linux'),
      [`${images}/${netboot}/initrd.gz`]: content('initrd.gz'),
    };
  },
  'fedora-43': () => {
    const names = ['images/pxeboot/vmlinuz', 'images/pxeboot/initrd.img', 'images/install.img'];
    const list = `[checksums]\n${names.map((name) => `${name} = sha256:${sha256(content(name))}\n`).join('')}`;
    return {
      '.treeinfo': Buffer.from(list),
      ...Object.fromEntries(names.map((name) => [name, content(name)])),
    };
  },
  'rocky-9': () => {
    const image = anaconda('Rocky Linux', '9.6');
    const list = `# Rocky-9.6-x86_64-boot.iso: ${image.length} bytes\nSHA256 (Rocky-9.6-x86_64-boot.iso) = ${sha256(image)}\n`;
    return {
      CHECKSUM: Buffer.from(list),
      'CHECKSUM.sig': key.detachedSignature(list),
      'Rocky-9.6-x86_64-boot.iso': image,
    };
  },
  'rocky-10': () => {
    const image = anaconda('Rocky Linux', '10.1');
    const list = `SHA256 (Rocky-10.1-x86_64-boot.iso) = ${sha256(image)}\n`;
    return {
      CHECKSUM: Buffer.from(list),
      'CHECKSUM.asc': key.detachedSignature(list),
      'Rocky-10.1-x86_64-boot.iso': image,
    };
  },
  'almalinux-10': () => {
    const image = anaconda('AlmaLinux', '10.0');
    return {
      CHECKSUM: key.clearsign(`SHA256 (AlmaLinux-10.0-x86_64-boot.iso) = ${sha256(image)}\n`),
      'AlmaLinux-10.0-x86_64-boot.iso': image,
    };
  },
  'alpine-3.22': () => {
    const bytes = tarball({
      'boot/vmlinuz-lts': content('k'),
      'boot/initramfs-lts': content('i'),
      'boot/modloop-lts': content('m'),
    });
    const name = 'alpine-netboot-3.22.2-x86_64.tar.gz';
    const list = `-\n  flavor: alpine-netboot\n  file: ${name}\n  sha256: ${sha256(bytes)}\n`;
    return {
      'latest-releases.yaml': Buffer.from(list),
      [name]: bytes,
      [`${name}.asc`]: key.detachedSignature(bytes),
    };
  },
  arch: () => {
    const bytes = iso({
      'arch/version': '2026.11.01\n',
      'arch/boot/x86_64/vmlinuz-linux': content('k'),
      'arch/boot/x86_64/initramfs-linux.img': content('i'),
      'arch/x86_64/airootfs.sfs': content('root'),
      'arch/x86_64/airootfs.sfs.cms.sig': 'signature',
      'arch/x86_64/airootfs.sha512': 'sum',
    });
    const name = 'archlinux-2026.11.01-x86_64.iso';
    return {
      'sha256sums.txt': Buffer.from(`${sha256(bytes)}  ${name}\n`),
      [name]: bytes,
      [`${name}.sig`]: key.detachedSignature(bytes),
    };
  },
  'opensuse-leap-15.6': () => {
    const names = ['boot/x86_64/loader/linux', 'boot/x86_64/loader/initrd'];
    const list = names.map((name) => `${sha256(content(name))}  ${name}\n`).join('');
    return {
      CHECKSUMS: Buffer.from(list),
      'CHECKSUMS.asc': key.detachedSignature(list),
      ...Object.fromEntries(names.map((name) => [name, content(name)])),
    };
  },
  'opensuse-leap-16.0': () => {
    const bytes = iso({
      'boot/x86_64/loader/linux': content('k'),
      'boot/x86_64/loader/initrd': content('i'),
      'LiveOS/squashfs.img': content('root'),
    });
    const link = 'Leap-16.0-online-installer-x86_64.install.iso';
    const build = 'Leap-16.0-online-installer-x86_64-Build178.27.install.iso';
    const list = `${sha512(bytes)}  ${build}\n`;
    return {
      [`${link}.sha512`]: Buffer.from(list),
      [`${link}.sha512.asc`]: key.detachedSignature(list),
      [link]: bytes,
      [build]: bytes,
    };
  },
  'talos-1.11.5': () => {
    const names = ['vmlinuz-amd64', 'initramfs-amd64.xz'];
    return {
      'sha256sum.txt': Buffer.from(names.map((name) => `${sha256(content(name))}  ${name}\n`).join('')),
      ...Object.fromEntries(names.map((name) => [name, content(name)])),
    };
  },
  'flatcar-stable': () =>
    Object.fromEntries(
      ['flatcar_production_pxe.vmlinuz', 'flatcar_production_pxe_image.cpio.gz'].flatMap((name) => [
        [name, content(name)],
        [`${name}.sig`, key.detachedSignature(content(name))],
      ]),
    ),
};

const publish = (id: string, placeIndex = 0): string => {
  const place = new URL(findRemoteImage(id)?.places[placeIndex] ?? expect.fail());
  for (const [name, bytes] of Object.entries(VENDORS[id]?.() ?? {}))
    mirror.files.set(place.pathname + name, bytes);
  return place.pathname;
};
const mirrorsOf = (id: string): Record<string, string> => {
  const origins = (findRemoteImage(id)?.places ?? []).map((place) => new URL(place).origin);
  return Object.fromEntries(origins.map((origin) => [origin, mirror.url]));
};
const fetch = async (id: string, isVerificationSkipped = false): Promise<ImageManifest> => {
  const mirrors = mirrorsOf(id);
  const keyring = join(folder, 'vendors.gpg');
  const options = { keyring, mirrors, isVerificationSkipped, http: { retryPauseMs: 5 } };
  const [image] = await fetchImages([id], options, { layout, progress: () => undefined });
  return image?.manifest ?? expect.fail();
};
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof PxectlError ? error.code : String(error)),
  );

const UNSIGNED = ['fedora-43', 'talos-1.11.5'];

describe.each(Object.keys(VENDORS))('%s', (id) => {
  it('is fetched, verified, and bootable by its manifest', async () => {
    publish(id);
    const manifest = await fetch(id);
    expect(manifest.id).toBe(id);
    expect(manifest.verification).toBe(UNSIGNED.includes(id) ? 'checksum' : 'signature');
    expect(manifest.files.map((file) => file.role)).toEqual(expect.arrayContaining(['kernel', 'initrd']));
    const roles = { '{root}': 'root-image', '{modloop}': 'modloop' };
    for (const argument of manifest.boot.arguments) {
      for (const [placeholder, role] of Object.entries(roles)) {
        if (argument.includes(placeholder)) expect(manifest.files.map((file) => file.role)).toContain(role);
      }
    }
    expect((await verifyImage(layout, id)).isOk).toBe(true);
  });

  it('says before how much it is, and keeps nothing of it', async () => {
    const place = publish(id);
    const remote = findRemoteImage(id) ?? expect.fail();
    const said = await askRemote(remote, { mirrors: mirrorsOf(id) }, { layout });
    const files = typeof said === 'string' ? expect.fail(said) : said;
    for (const { address, sizeBytes } of files) {
      const path = decodeURIComponent(new URL(address.split(' ')[0] ?? '').pathname);
      expect(path.startsWith(place)).toBe(true);
      expect(sizeBytes).toBe(mirror.files.get(path)?.length);
    }
    expect(files.length).toBeGreaterThan(0);
    expect(existsSync(layout.root)).toBe(false);
  });

  it('is refused when one of its files was changed', async () => {
    const place = publish(id);
    const changed = [...mirror.files.keys()].filter(
      (path) => /vmlinuz|linux$|\.iso$|\.tar\.gz$/.test(path) && path.startsWith(place),
    );
    for (const path of changed)
      mirror.files.set(path, Buffer.concat([mirror.files.get(path) ?? Buffer.alloc(0), Buffer.from('x')]));
    expect(changed.length).toBeGreaterThan(0);
    expect(await codeOf(fetch(id))).toMatch(/^E_(CHECKSUM|SIGNATURE)$/);
  });
});

describe('a release that its vendor moved', () => {
  it.each(['fedora-43', 'opensuse-leap-15.6'])('%s installs from where it was found', async (id) => {
    publish(id, 1);
    const manifest = await fetch(id);
    const [first = '', second = ''] = findRemoteImage(id)?.places ?? [];
    expect(manifest.origin).toBe(second);
    expect(manifest.boot.arguments.some((argument) => argument.endsWith(`=${second}`))).toBe(true);
    for (const other of [first, '{place}']) expect(manifest.boot.arguments.join(' ')).not.toContain(other);
  });
});

describe("Ubuntu's netboot tarball, which Ubuntu's list leaves out", () => {
  const id = 'ubuntu-24.04-netboot';
  const name = 'ubuntu-24.04.10-netboot-amd64.tar.gz';
  const publishFolder = (isListed: boolean): void => {
    const bytes = tarball({
      'amd64/linux': content('k'),
      'amd64/initrd': content('i'),
      'amd64/grub/grub.cfg':
        'linux linux iso-url=https://releases.ubuntu.com/24.04/ubuntu-24.04.10-live-server-amd64.iso ip=dhcp ---\n',
    });
    const listed = [
      'ubuntu-24.04.9-desktop-amd64.iso',
      'ubuntu-24.04.9-live-server-amd64.iso',
      'ubuntu-24.04.10-live-server-amd64.iso',
      'ubuntu-24.04.10-wsl-amd64.wsl',
    ];
    const list =
      listed.map((other) => `${sha256(content(other))} *${other}\n`).join('') +
      (isListed ? `${sha256(bytes)} *${name}\n` : '');
    mirror.files.set('/24.04/SHA256SUMS', Buffer.from(list));
    mirror.files.set('/24.04/SHA256SUMS.gpg', key.detachedSignature(list));
    mirror.files.set(`/24.04/${name}`, bytes);
  };

  it('is refused, with the signed image that does the same', async () => {
    publishFolder(false);
    const error = await fetch(id).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'E_SIGNATURE' });
    expect(String(error)).toContain(name);
    expect((error as PxectlError).next).toMatch(/pxectl fetch ubuntu-24\.04,.*docs\/images\.md/);
    expect(mirror.requests.some((request) => request.path.endsWith('.tar.gz'))).toBe(false);
  });

  it('is taken where the user insists, and that is noted', async () => {
    publishFolder(false);
    const manifest = await fetch(id, true);
    expect(manifest).toMatchObject({ verification: 'skipped', release: '24.04.10' });
    expect(manifest.origin).toBe(`https://releases.ubuntu.com/24.04/${name}`);
  });

  it('is verified on a mirror that lists it', async () => {
    publishFolder(true);
    expect((await fetch(id)).verification).toBe('signature');
    mirror.files.set(`/24.04/${name}`, content('another'));
    await removeImage(layout, id);
    expect(await codeOf(fetch(id))).toBe('E_CHECKSUM');
  });
});
