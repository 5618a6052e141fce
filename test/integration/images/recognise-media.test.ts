import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { FetchEvent } from '../../../src/images/fetch-progress.ts';
import { fetchImages } from '../../../src/images/fetch-images.ts';
import type { ImageManifest } from '../../../src/model/image.ts';
import { stateLayout } from '../../../src/model/state-layout.ts';

/** Layouts of real media, file by file as far as they are looked at; contents are made up where nothing reads them. */
type Medium = Readonly<Record<string, string | Buffer>>;
const ANY = 'any content';
const DEBIAN_SHIM = '/usr/lib/shim/shimx64.efi.signed';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-media-'));
let count = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function iso(fileName: string, volumeId: string, files: Medium): string {
  const base = join(folder, String(count++));
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(base, 'tree', path)), { recursive: true });
    writeFileSync(join(base, 'tree', path), bytes);
  }
  const file = join(base, fileName);
  const args = ['-as', 'mkisofs', '-quiet', '-R', '-J', '-V', volumeId, '-o', file, join(base, 'tree')];
  execFileSync('xorriso', args, { stdio: 'pipe' });
  return file;
}

async function take(file: string): Promise<{ manifest: ImageManifest; notes: string[] }> {
  const notes: string[] = [];
  const progress = (event: FetchEvent): void => {
    if (event.type === 'warning') notes.push(event.text);
  };
  const layout = stateLayout(join(folder, `state-${count++}`));
  const [image] = await fetchImages([], { from: file }, { layout, progress });
  return { manifest: image?.manifest ?? expect.fail(), notes };
}

const menuOf = (product: string): string =>
  `search --no-floppy --set=root -l 'X'\nmenuentry 'Install ${product}' --class fedora {\n\tlinux /images/pxeboot/vmlinuz quiet\n}\nmenuentry 'Test this media & install ${product}' {\n}\n`;
const pxeboot = { 'images/pxeboot/vmlinuz': ANY, 'images/pxeboot/initrd.img': ANY };

describe('Anaconda', () => {
  it.each([
    ['Rocky Linux 9.5', 'Rocky-9-5-x86_64-dvd', 'rocky-9.5', 'https://download.rockylinux.org/'],
    ['AlmaLinux 10.0', 'AlmaLinux-10-0-x86_64-dvd', 'almalinux-10.0', 'https://repo.almalinux.org/'],
    ['Fedora 43', 'Fedora-E-dvd-x86_64-43', 'fedora-43', 'https://download.fedoraproject.org/'],
  ])('the boot ISO of %s, which has no .treeinfo', async (product, volume, id, repository) => {
    const file = iso('boot.iso', volume, {
      ...pxeboot,
      'images/install.img': ANY,
      'EFI/BOOT/grub.cfg': menuOf(product),
      '.discinfo': `1700000000.5\n${product.split(' ').at(-1)}\nx86_64\n`,
    });
    const { manifest } = await take(file);
    expect(manifest).toMatchObject({ id, title: `${product} installer`, architecture: 'amd64' });
    expect(manifest.boot.arguments.join(' ')).toContain(`inst.repo=${repository}`);
    expect(manifest.files.map((entry) => entry.path)).toContain('images/install.img');
  });

  it('says that nobody knows where the packages of RHEL are, and knows arm64 by its loader', async () => {
    const file = iso('rhel.iso', 'RHEL-9-4-0-BaseOS-aarch64', {
      ...pxeboot,
      'images/install.img': ANY,
      'EFI/BOOT/BOOTAA64.EFI': ANY,
      'EFI/BOOT/grub.cfg': menuOf('Red Hat Enterprise Linux 9.4'),
    });
    const { manifest, notes } = await take(file);
    expect(manifest).toMatchObject({ id: 'rhel-9.4-arm64', architecture: 'arm64' });
    expect(notes.join()).toMatch(/give inst\.repo=/);
  });

  it('reads version and architecture of a .treeinfo from their own sections', async () => {
    const file = iso('dvd.iso', 'DVD', {
      ...pxeboot,
      'images/install.img': ANY,
      '.treeinfo':
        '[header]\ntype = productmd.treeinfo\nversion = 1.2\n\n[release]\nname = Rocky Linux\nshort = Rocky\nversion = 9.5\n\n[tree]\narch = aarch64\n',
    });
    expect((await take(file)).manifest.id).toBe('rocky-9.5-arm64');
  });

  it('keeps the signed shim of the image beside its kernel, and no unsigned loader', async () => {
    const medium = { ...pxeboot, 'images/install.img': ANY, 'EFI/BOOT/grub.cfg': menuOf('Fedora 43') };
    const signed = { ...medium, 'EFI/BOOT/BOOTX64.EFI': readFileSync(DEBIAN_SHIM) };
    const { manifest } = await take(iso('f.iso', 'F', signed));
    expect(manifest.files).toContainEqual(
      expect.objectContaining({
        role: 'shim',
        path: 'shimx64.efi',
        sizeBytes: readFileSync(DEBIAN_SHIM).length,
      }),
    );
    const unsigned = { ...medium, 'EFI/BOOT/BOOTX64.EFI': readFileSync('/usr/lib/ipxe/snponly.efi') };
    const other = await take(iso('f.iso', 'F', unsigned));
    expect(other.manifest.files.map((entry) => entry.role)).not.toContain('shim');
  });
});

describe('Alpine', () => {
  const kernels = (flavour: string): Medium => ({
    [`boot/vmlinuz-${flavour}`]: ANY,
    [`boot/initramfs-${flavour}`]: ANY,
    [`boot/modloop-${flavour}`]: ANY,
  });
  it.each([
    ['renamed', 'my.iso', 'lts', 'standard', 'x86_64', 'alpine-3.20', 'amd64'],
    [
      'for ARM',
      'alpine-standard-3.20.3-aarch64.iso',
      'lts',
      'standard',
      'aarch64',
      'alpine-3.20-arm64',
      'arm64',
    ],
    ['for virtual machines', 'v.iso', 'virt', 'virt', 'x86_64', 'alpine-3.20-virt', 'amd64'],
  ])('an ISO that was %s', async (_, name, flavour, edition, machine, id, architecture) => {
    const file = iso(name, 'ALPINE', {
      ...kernels(flavour),
      '.alpine-release': `alpine-${edition}-3.20.3 240906\n`,
      [`apks/${machine}/APKINDEX.tar.gz`]: ANY,
    });
    const { manifest } = await take(file);
    expect(manifest).toMatchObject({ id, architecture, release: '3.20.3' });
    expect(manifest.boot.arguments).toContain('alpine_repo=http://dl-cdn.alpinelinux.org/alpine/v3.20/main');
  });
});

describe('SUSE and live systems that kiwi built', () => {
  const loader = { 'boot/x86_64/loader/linux': ANY, 'boot/x86_64/loader/initrd': ANY };

  it('Leap 16 under any file name, by its volume', async () => {
    const file = iso('leap.iso', 'Install-Leap-16.0-x86_64', { ...loader, 'LiveOS/squashfs.img': ANY });
    expect((await take(file)).manifest.id).toBe('opensuse-leap-16.0');
  });

  it('Leap 15 by media.1/media', async () => {
    const media =
      'openSUSE - openSUSE-Leap-15.6-x86_64-Build710.3-Media\nopenSUSE-Leap-15.6-x86_64-Build710.3\n1\n';
    const { manifest } = await take(
      iso('dvd.iso', 'openSUSE-Leap-15.6-DVD', { ...loader, 'media.1/media': media }),
    );
    expect(manifest).toMatchObject({ id: 'opensuse-leap-15.6', title: 'openSUSE Leap 15.6 installer' });
    expect(manifest.boot.arguments[0]).toBe(
      'install=https://download.opensuse.org/distribution/leap/15.6/repo/oss/',
    );
  });
});
