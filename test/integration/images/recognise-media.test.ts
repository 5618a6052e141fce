import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { FetchEvent } from '../../../src/images/fetch-progress.ts';
import { fetchImages } from '../../../src/images/fetch-images.ts';
import { PxectlError } from '../../../src/model/errors.ts';
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
  const [image] = await fetchImages([file], {}, { layout, progress });
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

describe('live systems', () => {
  const live = { 'live/filesystem.squashfs': ANY };
  const plain = { ...live, 'live/vmlinuz': ANY, 'live/initrd.img': ANY };
  it.each<[string, Medium, object]>([
    [
      'Debian live, whose kernel has its version in the name',
      {
        ...live,
        'live/vmlinuz-6.1.0-18-amd64': 'old',
        'live/initrd.img-6.1.0-18-amd64': 'old',
        'live/vmlinuz-6.1.0-21-amd64': 'newer',
        'live/initrd.img-6.1.0-21-amd64': 'newer',
        'install/vmlinuz': ANY,
        '.disk/info':
          'Debian GNU/Linux 12.5.0 "Bookworm" - Official Snapshot amd64 LIVE/INSTALL Binary 20240210',
      },
      { id: 'debian-live-12.5.0', boot: { arguments: ['boot=live', 'components', 'fetch={root}'] } },
    ],
    [
      'Clonezilla',
      { ...plain, 'Clonezilla-Live-Version': 'clonezilla-live-3.1.2-22-amd64\n' },
      { id: 'clonezilla-live-3.1.2-22', architecture: 'amd64' },
    ],
    [
      'SystemRescue',
      {
        'sysresccd/boot/x86_64/vmlinuz': ANY,
        'sysresccd/boot/x86_64/sysresccd.img': ANY,
        'sysresccd/x86_64/airootfs.sfs': ANY,
        'sysresccd/x86_64/airootfs.sha512': ANY,
        'sysresccd/VERSION': '11.01\n',
      },
      {
        id: 'systemrescue-11.01',
        boot: {
          arguments: ['archisobasedir=sysresccd', 'archiso_http_srv={http}/', 'ip=dhcp', 'checksum'],
        },
      },
    ],
    [
      'Kubuntu',
      {
        'casper/vmlinuz': ANY,
        'casper/initrd': ANY,
        '.disk/info': 'Kubuntu 24.04.1 LTS "Noble Numbat" - Release amd64 (20240827)',
      },
      { id: 'kubuntu-24.04.1', distribution: 'kubuntu' },
    ],
    [
      'Linux Mint',
      {
        'casper/vmlinuz': ANY,
        'casper/initrd.lz': ANY,
        '.disk/info': 'Linux Mint 22 "Wilma" - Release amd64 20240722',
      },
      {
        id: 'linux-mint-22',
        boot: { arguments: ['boot=casper', 'ip=dhcp', 'url={root}', 'cloud-config-url=/dev/null'] },
      },
    ],
  ])('%s', async (_, files, expected) => {
    const { manifest } = await take(iso('live.iso', 'LIVE', files));
    expect(manifest).toMatchObject(expected);
    // every placeholder of the arguments has a file that fills it
    const roles = manifest.files.map((file) => file.role);
    if (manifest.boot.arguments.join().includes('{root}')) expect(roles).toContain('root-image');
    if (manifest.id.startsWith('debian-live')) {
      expect(manifest.files[0]?.sizeBytes).toBe('newer'.length);
    }
  });
});

describe('media that cannot be booted over the network are named, with a way out', () => {
  const UDF_README =
    'This disc contains a "UDF" file system and requires an operating system\nthat supports the ISO-13346 "UDF" file system specification.\n';
  const casper = { 'casper/vmlinuz': ANY, 'casper/initrd.lz': ANY };
  const rows: readonly [string, string, Medium, RegExp, RegExp][] = [
    [
      'Windows',
      'CCCOMA_X64FRE_EN-US_DV9',
      { 'README.TXT': UDF_README },
      /Windows installation medium/,
      /USB stick/,
    ],
    [
      'Debian netinst',
      'Debian 12.5.0 amd64 n',
      {
        '.disk/info':
          'Debian GNU/Linux 12.5.0 "Bookworm" - Official amd64 NETINST with firmware 20240210-11:27',
        'install.amd/vmlinuz': ANY,
        'install.amd/initrd.gz': ANY,
      },
      /NETINST/,
      /pxectl fetch debian-12/,
    ],
    [
      'Ubuntu 18.04 desktop',
      'Ubuntu',
      { ...casper, '.disk/info': 'Ubuntu 18.04.6 LTS "Bionic Beaver" - Release amd64 (20210915)' },
      /Ubuntu 18\.04\.6/,
      /pxectl fetch ubuntu-24\.04/,
    ],
    [
      'Proxmox',
      'PVE',
      {
        'boot/linux26': ANY,
        'boot/initrd.img': ANY,
        '.cd-info': "RELEASE='8.2'\nPRODUCTLONG='Proxmox VE'\n",
      },
      /Proxmox VE 8\.2/,
      /pxectl fetch debian-13/,
    ],
    [
      'a live desktop of Fedora, which kiwi built with the layout of Leap 16',
      'Fedora-WS-Live-42',
      { 'boot/x86_64/loader/linux': ANY, 'boot/x86_64/loader/initrd': ANY, 'LiveOS/squashfs.img': ANY },
      /a live system \(Fedora-WS-Live-42\)/,
      /netinst ISO/,
    ],
    ['Memtest86+', 'MT86PLUS_64', { 'EFI/BOOT/bootx64.efi': ANY }, /Memtest86\+/, /USB stick/],
    ['ESXi', 'ESXI', { 'boot.cfg': ANY, 'mboot.c32': ANY }, /ESXi installer/, /guide/],
    ['FreeBSD', 'BSD', { 'boot/kernel/kernel': ANY, 'boot/loader': ANY }, /FreeBSD/, /images --available/],
  ];
  it.each(rows)('%s', async (_, volume, files, what, next) => {
    const error = await take(iso('x.iso', volume, files)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PxectlError);
    expect(error).toMatchObject({
      code: 'E_IMAGE_UNSUPPORTED',
      message: expect.stringMatching(what) as string,
      why: expect.stringMatching(/\S/) as string,
      next: expect.stringMatching(next) as string,
    });
  });

  it('the unpacked files of an ISO that machines would have to download', async () => {
    const file = iso('u.iso', 'U', {
      ...casper,
      '.disk/info': 'Ubuntu-Server 24.04.1 LTS "Noble Numbat" - Release amd64 (20240827)',
    });
    const error = await take(join(dirname(file), 'tree')).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'E_IMAGE_UNSUPPORTED', next: 'pxectl fetch FILE.iso' });
    expect((await take(file)).manifest.id).toBe('ubuntu-24.04.1');
  });

  it('something else: its volume, what is in it, and what is known', async () => {
    const error = await take(iso('x.iso', 'HOLIDAY_PHOTOS', { 'photos/1.jpg': ANY })).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({
      code: 'E_IMAGE_UNRECOGNISED',
      why: 'its volume is HOLIDAY_PHOTOS; at its top there is: photos/',
      next: expect.stringContaining('Ubuntu') as string,
    });
  });
});
