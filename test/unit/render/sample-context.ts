import { withEveryoneArmed } from '../../support/boot-context.ts';
import { DEBIAN_BOOT } from '../../../src/images/catalogue/debian.ts';
import { ubuntuBoot } from '../../../src/images/catalogue/ubuntu.ts';
import { parseConfig } from '../../../src/model/config-file.ts';
import type { BootContext } from '../../../src/model/boot-context.ts';
import type { ImageManifest } from '../../../src/model/image.ts';
import { LOADER_PATHS, type LoaderFamily, type LoaderFile } from '../../../src/model/loader.ts';
import type { LoaderPlatform } from '../../../src/model/firmware.ts';

const SHA = 'a'.repeat(64);

const stored = {
  origin: 'test',
  verification: 'local',
  verifiedBy: 'test',
  verifiedAt: '2026-01-01T00:00:00Z',
} as const;

/** The Debian installer as `fetch debian-12` stores it. */
export const DEBIAN_12: ImageManifest = {
  schema: 'pxectl.image/1',
  id: 'debian-12',
  title: 'Debian 12 installer 20230607+deb12u11',
  distribution: 'debian',
  release: '12',
  architecture: 'amd64',
  files: [
    { role: 'kernel', path: 'linux', sizeBytes: 8_000_000, sha256: SHA },
    { role: 'initrd', path: 'initrd.gz', sizeBytes: 40_000_000, sha256: SHA },
  ],
  boot: DEBIAN_BOOT,
  ...stored,
};

/** An Ubuntu live-server ISO: root image over HTTP, autoinstall, and a second (HWE) kernel. */
export const UBUNTU_20_04: ImageManifest = {
  schema: 'pxectl.image/1',
  id: 'ubuntu-20.04.3',
  title: 'Ubuntu 20.04.3 LTS live server',
  distribution: 'ubuntu',
  release: '20.04.3',
  architecture: 'amd64',
  files: [
    { role: 'kernel', path: 'vmlinuz', sizeBytes: 11_000_000, sha256: SHA },
    { role: 'initrd', path: 'initrd', sizeBytes: 90_000_000, sha256: SHA },
    { role: 'kernel-hwe', path: 'hwe-vmlinuz', sizeBytes: 11_000_000, sha256: SHA },
    { role: 'initrd-hwe', path: 'hwe-initrd', sizeBytes: 90_000_000, sha256: SHA },
    {
      role: 'root-image',
      path: 'ubuntu-20.04.3-live-server-amd64.iso',
      sizeBytes: 1_261_371_392,
      sha256: SHA,
    },
  ],
  boot: ubuntuBoot('20.04.3', 'live-server', 4096),
  ...stored,
};

const file = (
  path: string,
  family: LoaderFamily,
  platform: LoaderPlatform,
  isProgram = true,
): LoaderFile => ({
  path,
  family,
  platform,
  isProgram,
  sizeBytes: 1000,
  sha256: SHA,
  origin: 'test',
  version: '1',
  isSigned: family === 'shim',
});

/** What Debian's packages give. */
export const DEBIAN_LOADERS: readonly LoaderFile[] = [
  file(LOADER_PATHS.pxelinux, 'pxelinux', 'bios'),
  file(LOADER_PATHS.lpxelinux, 'pxelinux', 'bios'),
  file('ldlinux.c32', 'pxelinux', 'bios', false),
  file('libutil.c32', 'pxelinux', 'bios', false),
  file('menu.c32', 'pxelinux', 'bios', false),
  file(LOADER_PATHS.undionly, 'ipxe', 'bios'),
  file(LOADER_PATHS.ipxeX64, 'ipxe', 'x64'),
  file(LOADER_PATHS.shimX64, 'shim', 'x64'),
  file(LOADER_PATHS.grubX64, 'grub', 'x64'),
];

/** The chain of iPXE 2.x that Microsoft's key vouches for. */
export const SIGNED_IPXE: readonly LoaderFile[] = [
  file(LOADER_PATHS.ipxeShimX64, 'ipxe', 'x64'),
  file(LOADER_PATHS.ipxeSignedX64, 'ipxe', 'x64'),
];

export const STATE_ROOT = '/srv/boot/.pxectl';

/** A context from the text of a configuration. */
export function sampleContext(
  config: string,
  parts: { readonly images?: readonly ImageManifest[]; readonly loaders?: readonly LoaderFile[] } = {},
): BootContext {
  return {
    config: withEveryoneArmed(parseConfig(config, { path: '/srv/boot/pxectl.yaml', stateRoot: STATE_ROOT })),
    images: parts.images ?? [DEBIAN_12],
    loaders: { schema: 'pxectl.loaders/1', files: parts.loaders ?? DEBIAN_LOADERS },
  };
}

export const PLAIN_CONFIG = `version: 1
network: { interface: eth0, address: 192.168.1.50 }
images: [debian-12]
`;

/** One machine of each kind that the answers depend on. */
export const MACHINES_CONFIG = `version: 1
network: { interface: eth0, address: 192.168.1.50/24 }
images: [debian-12, ubuntu-20.04.3]
boot: { default: debian-12, timeoutSeconds: 5, serialBaud: 115200 }
profiles:
  kiosk: { image: local, arguments: [quiet], loaders: { bios: ipxe } }
machines:
  - { mac: "52:54:00:00:00:01", name: node-1, image: ubuntu-20.04.3, install: { seed: seeds/node-1.yaml }, arguments: [hugepages=16] }
  - { mac: "52:54:00:00:00:02", name: node-2, secureBoot: true }
  - { uuid: 4c4c4544-0044-4a10-8056-b4c04f4c3332, name: node-3, image: local }
  - { mac: "52:54:00:00:00:04", name: node-4, install: { seed: preseed.cfg } }
  - { serial: "VMware-56 4d", name: node-5, profile: kiosk, loaders: { bios: auto }, image: debian-12 }
  - { mac: "52:54:00:00:00:06", name: node-6, profile: kiosk }
`;

/** Profiles that take clients which are no machine, by everything that a packet tells. */
export const PROFILES_CONFIG = `version: 1
network: { interface: eth0, address: 192.168.1.50/24, relayed: [10.2.0.0/24] }
images: [debian-12]
profiles:
  lab: { image: local, match: { mac: ["f4:4d:30", "52:54:aa:01"], architecture: [x64, arm64] } }
  room: { secureBoot: true, match: { subnet: 10.2.0.0/24, vendorClass: HTTPClient } }
machines:
  - { mac: "f4:4d:30:00:00:01", name: node-1 }
  - { uuid: 4c4c4544-0044-4a10-8056-b4c04f4c3332, serial: S-3, name: node-3, loaders: { bios: ipxe } }
`;
