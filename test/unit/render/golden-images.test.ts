import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ImageManifest } from '../../../src/model/image.ts';
import { readTemplate } from '../../../src/platform/packaged-files.ts';
import { run } from '../../../src/platform/processes.ts';
import { renderAll } from '../../../src/render/render-all.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { fetchedImage, type PublishedImage } from './fetched-image.ts';
import { sampleContext } from './sample-context.ts';

const GOLDEN = join(import.meta.dirname, 'golden', 'images');
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

const ubuntuIso = (info: string, name: string, sizeBytes: number): PublishedImage => ({
  name,
  sizeBytes,
  files: {
    '.disk/info': `${info}\n`,
    'casper/vmlinuz': '',
    'casper/initrd': '',
    'casper/hwe-vmlinuz': '',
    'casper/hwe-initrd': '',
  },
});
const anacondaIso = (family: string, version: string, name: string): PublishedImage => ({
  name,
  sizeBytes: 1_000_000_000,
  files: {
    '.treeinfo': `[general]\nfamily = ${family}\nversion = ${version}\narch = x86_64\n`,
    'images/pxeboot/vmlinuz': '',
    'images/pxeboot/initrd.img': '',
    'images/install.img': '',
  },
});

/** One image of every family, and every form that Ubuntu has had. */
const IMAGES: Readonly<Record<string, PublishedImage>> = {
  'ubuntu-20.04.3': ubuntuIso(
    'Ubuntu-Server 20.04.3 LTS "Focal Fossa" - Release amd64 (20210824)',
    'ubuntu-20.04.3-live-server-amd64.iso',
    1_261_371_392,
  ),
  'ubuntu-22.04': ubuntuIso(
    'Ubuntu-Server 22.04.5 LTS "Jammy Jellyfish" - Release amd64 (20240911)',
    'ubuntu-22.04.5-live-server-amd64.iso',
    2_136_926_208,
  ),
  'ubuntu-24.04': ubuntuIso(
    'Ubuntu-Server 24.04.3 LTS "Noble Numbat" - Release amd64 (20250805.1)',
    'ubuntu-24.04.3-live-server-amd64.iso',
    3_303_444_480,
  ),
  'ubuntu-24.04-desktop': ubuntuIso(
    'Ubuntu 24.04.3 LTS "Noble Numbat" - Release amd64 (20250805.1)',
    'ubuntu-24.04.3-desktop-amd64.iso',
    6_345_887_744,
  ),
  'ubuntu-24.04-netboot': {
    name: 'ubuntu-24.04.3-netboot-amd64.tar.gz',
    files: {
      'amd64/linux': '',
      'amd64/initrd': '',
      'amd64/grub/grub.cfg':
        'linux linux iso-url=https://releases.ubuntu.com/24.04.3/ubuntu-24.04.3-live-server-amd64.iso ip=dhcp ---\n',
    },
  },
  'debian-13': {},
  'fedora-43': {},
  'rocky-9': anacondaIso('Rocky Linux', '9.6', 'Rocky-9.6-x86_64-boot.iso'),
  'almalinux-10': anacondaIso('AlmaLinux', '10.1', 'AlmaLinux-10.1-x86_64-boot.iso'),
  'alpine-3.22': {
    name: 'alpine-netboot-3.22.2-x86_64.tar.gz',
    files: { 'boot/vmlinuz-lts': '', 'boot/initramfs-lts': '', 'boot/modloop-lts': '' },
  },
  arch: {
    name: 'archlinux-2026.11.01-x86_64.iso',
    sizeBytes: 1_500_000_000,
    files: {
      'arch/version': '2026.11.01\n',
      'arch/boot/x86_64/vmlinuz-linux': '',
      'arch/boot/x86_64/initramfs-linux.img': '',
      'arch/x86_64/airootfs.sfs': '',
      'arch/x86_64/airootfs.sfs.cms.sig': '',
      'arch/x86_64/airootfs.sha512': '',
    },
  },
  'opensuse-leap-15.6': {},
  'opensuse-leap-16.0': {
    name: 'Leap-16.0-online-installer-x86_64-Build178.27.install.iso',
    sizeBytes: 680_000_000,
    files: { 'boot/x86_64/loader/linux': '', 'boot/x86_64/loader/initrd': '', 'LiveOS/squashfs.img': '' },
  },
  'talos-1.11.5': {},
  'flatcar-stable': {},
};

const MAC = '52:54:00:00:00:01';
const SEED = 'http://192.168.1.50:8080/seed/52-54-00-00-00-01/';

const configOf = (id: string, isArmed: boolean): string => `version: 1
network: { interface: eth0, address: 192.168.1.50 }
images: [${id}]
boot: { menu: false }
${isArmed ? `machines: [{ mac: "${MAC}", name: node-1, image: ${id}, install: { seed: seeds/node-1 } }]\n` : ''}`;

interface LoaderFile {
  readonly loader: 'pxelinux' | 'ipxe' | 'grub';
  readonly path: RegExp;
  /** the lines that name kernel, initrd and arguments */
  readonly lines: RegExp;
}

const PLAIN: readonly LoaderFile[] = [
  { loader: 'pxelinux', path: /pxelinux\.cfg\/default$/, lines: /^\s*(?:LINUX|INITRD|APPEND|IPAPPEND) / },
  { loader: 'ipxe', path: /^serve\/http\/boot\.ipxe$/, lines: /^\s*(?:kernel|initrd) / },
  { loader: 'grub', path: /grub\/grub\.cfg$/, lines: /^\s*(?:linux|initrd) / },
];
const ARMED: readonly LoaderFile[] = [
  { ...PLAIN[0]!, path: /pxelinux\.cfg\/01-/ },
  { ...PLAIN[1]!, path: /machines\/52-54-/ },
  { ...PLAIN[2]!, path: /grub\.cfg-01-/ },
];

interface Rendered {
  readonly section: string;
  readonly loader: LoaderFile['loader'];
  readonly content: string;
  readonly lines: readonly string[];
}

function renderFor(image: ImageManifest, isArmed: boolean): Rendered[] {
  const context = sampleContext(configOf(image.id, isArmed), { images: [image] });
  const files = renderAll(context, readTemplate);
  return (isArmed ? ARMED : PLAIN).map(({ loader, path, lines }) => {
    const { content } = files.find((file) => path.test(file.path)) ?? expect.fail(`no file ${path.source}`);
    const wanted = content.split('\n').filter((line) => lines.test(line));
    return {
      section: `${loader}, ${isArmed ? 'armed' : 'plain'}`,
      loader,
      content,
      lines: wanted.map((line) => line.trim()),
    };
  });
}

const temporary = mkdtempSync(join(tmpdir(), 'pxectl-golden-images-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

describe.each(Object.entries(IMAGES))('%s', async (id, published) => {
  const image = await fetchedImage(id, published);
  const hasSeed = image.boot.seedFormat !== 'none';
  const rendered = [...renderFor(image, false), ...(hasSeed ? renderFor(image, true) : [])];
  const path = join(GOLDEN, `${id}.txt`);
  const text = [
    `${image.title}`,
    `${image.boot.ramMiB} MiB of memory, ${hasSeed ? `unattended by ${image.boot.seedFormat}` : 'no unattended install'}`,
    ...rendered.map(({ section, lines }) => `\n== ${section}\n${lines.join('\n')}`),
    '',
  ].join('\n');
  if (isUpdate) {
    mkdirSync(GOLDEN, { recursive: true });
    writeFileSync(path, text);
  }

  it('has the kernel, initrd and arguments that are expected', () => {
    expect(text).toBe(readFileSync(path, 'utf8'));
    expect(text).not.toMatch(/undefined|\[object|\{\w+\}/);
  });

  it('says the same to the kernel through every loader', () => {
    for (const isArmed of [false, true]) {
      const words = rendered
        .filter(({ section }) => section.endsWith(isArmed ? 'armed' : 'plain'))
        .map(({ loader, lines }) => argumentsOf(loader, lines));
      for (const other of words.slice(1)) expect(other).toEqual(words[0]);
    }
  });

  it('is told the card that the machine was booted from, where its system reads that', () => {
    const isTold = rendered.map(({ loader, lines }) => argumentsOf(loader, lines).includes('BOOTIF'));
    const isRead = !/^(?:talos|flatcar)/.test(id);
    expect(isTold).toEqual(rendered.map(() => isRead));
  });

  it('names only files that the image has', () => {
    const known = image.files.map((file) => file.path);
    for (const { lines } of rendered) {
      for (const [, file] of lines.join(' ').matchAll(new RegExp(`/images/${id}/([^\\s']+)`, 'g'))) {
        expect(known).toContain(file);
      }
    }
  });

  it('gives the seed to an armed machine, and to no other', () => {
    for (const { section, lines } of rendered) {
      const line = lines.join(' ');
      expect(line.includes(SEED)).toBe(section.endsWith('armed'));
      // cloud-init joins names to it
      if (line.includes('ds=nocloud')) expect(line).toMatch(/ds=nocloud(?:-net)?;s=\S+\/'?(?: |$)/);
    }
  });

  it('quotes a semicolon for GRUB alone', () => {
    for (const { loader, lines } of rendered) {
      for (const word of lines.join(' ').split(' ')) {
        if (loader !== 'grub') expect(word).not.toMatch(/["'\\]/);
        else if (word.includes(';')) expect(word).toMatch(/^'[^']*'$/);
      }
    }
  });

  for (const { section, content } of rendered.filter(({ loader }) => loader === 'grub')) {
    itNeeds('grub-script-check')(`${section} passes grub-script-check`, async () => {
      const file = join(temporary, `${id}-${section.replace(', ', '-')}.cfg`);
      writeFileSync(file, content);
      expect(await run('grub-script-check', [file])).toMatchObject({ exitCode: 0, stderr: '' });
    });
  }
});

/** How each loader tells the kernel from which card the machine was booted. */
const BOOTIF = { pxelinux: 'IPAPPEND 2', grub: '$bootif', ipxe: 'BOOTIF=01-${netX/mac:hexhyp}' } as const;

/** The kernel's words, without the loader's command, its quotes, and the initrd= that iPXE needs under UEFI. */
function argumentsOf(loader: LoaderFile['loader'], lines: readonly string[]): string[] {
  const line = lines.find((candidate) => /^(?:APPEND|kernel|linux) /.test(candidate)) ?? '';
  const words = line.split(' ').slice(loader === 'pxelinux' ? 1 : 2);
  const isCardNamed =
    loader === 'pxelinux' ? lines.includes(BOOTIF.pxelinux) : words.includes(BOOTIF[loader]);
  const others = words.filter((word) => word !== BOOTIF[loader]);
  return [...(isCardNamed ? ['BOOTIF'] : []), ...wordsOf(loader, others)];
}

function wordsOf(loader: LoaderFile['loader'], words: readonly string[]): string[] {
  if (loader !== 'ipxe') return words.map((word) => word.replace(/^'(.*)'$/, '$1'));
  expect(words[0]).toMatch(/^initrd=/);
  return words.slice(1, words.indexOf('||'));
}

describe('golden files', () => {
  it('belong to an image each', () => {
    expect(readdirSync(GOLDEN).sort()).toEqual(
      Object.keys(IMAGES)
        .map((id) => `${id}.txt`)
        .sort(),
    );
  });

  it.each(Object.keys(IMAGES))('%s: a ram disk as root is for 20.04 alone', (id) => {
    const text = readFileSync(join(GOLDEN, `${id}.txt`), 'utf8');
    expect(/root=\/dev\/ram0 ramdisk_size=\d+/.test(text)).toBe(id.startsWith('ubuntu-20.04'));
  });

  it.each(Object.keys(IMAGES).filter((id) => id.startsWith('ubuntu-')))('%s: one ISO, one download', (id) => {
    for (const line of readFileSync(join(GOLDEN, `${id}.txt`), 'utf8').split('\n')) {
      if (!/\b(?:iso-)?url=/.test(line)) continue;
      expect(line).toMatch(id.endsWith('-netboot') ? / iso-url=https:\S+\.iso / : / url=http:\S+\.iso /);
      expect(line).toContain(' cloud-config-url=/dev/null ');
      expect(line).toContain(' ip=dhcp ');
    }
  });
});
