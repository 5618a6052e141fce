import type { BootContext } from '../../src/model/boot-context.ts';
import type { Config } from '../../src/model/config.ts';
import { parseConfig } from '../../src/model/config-file.ts';
import type { ImageManifest } from '../../src/model/image.ts';
import { LOADER_PATHS, type LoaderFile } from '../../src/model/loader.ts';

/** A Debian 12 netboot image as the store describes it. */
export const DEBIAN_12: ImageManifest = {
  schema: 'pxectl.image/1',
  id: 'debian-12',
  title: 'Debian 12 installer',
  distribution: 'debian',
  release: '12',
  architecture: 'amd64',
  files: [
    { role: 'kernel', path: 'linux', sizeBytes: 8_000_000, sha256: 'a'.repeat(64) },
    { role: 'initrd', path: 'initrd.gz', sizeBytes: 30_000_000, sha256: 'b'.repeat(64) },
  ],
  origin: 'test',
  verification: 'package',
  verifiedBy: 'test',
  verifiedAt: '2026-01-01T00:00:00.000Z',
  boot: {
    arguments: [],
    readsBootif: true,
    seedArguments: ['auto=true', 'priority=critical', 'preseed/url={seed}preseed.cfg'],
    seedFormat: 'preseed',
    ramMiB: 1024,
  },
};

const program = (
  path: string,
  family: LoaderFile['family'],
  platform: LoaderFile['platform'],
): LoaderFile => ({
  path,
  family,
  platform,
  isProgram: true,
  sizeBytes: 1000,
  sha256: 'c'.repeat(64),
  origin: 'test',
  version: '1',
  isSigned: family === 'shim',
});

/** The loaders of a Debian host. */
export const LOADERS: readonly LoaderFile[] = [
  program(LOADER_PATHS.pxelinux, 'pxelinux', 'bios'),
  program(LOADER_PATHS.lpxelinux, 'pxelinux', 'bios'),
  program(LOADER_PATHS.undionly, 'ipxe', 'bios'),
  program(LOADER_PATHS.ipxeX64, 'ipxe', 'x64'),
  program(LOADER_PATHS.shimX64, 'shim', 'x64'),
  program(LOADER_PATHS.grubX64, 'grub', 'x64'),
];

/** The configuration with every machine armed that has a seed, as if somebody had ordered it a moment ago. */
export function withEveryoneArmed(config: Config): Config {
  const order = { at: '2026-01-01T00:00:00.000Z', by: 'tester', isAlways: false, image: '' };
  return {
    ...config,
    machines: config.machines.map((machine) =>
      machine.install === undefined
        ? machine
        : {
            ...machine,
            isArmed: true,
            installState: { kind: 'armed', ...order, seed: machine.install.seed } as const,
          },
    ),
  };
}

/** A context from the text of a pxectl.yaml, everyone armed; relative seeds are beside /srv/boot/pxectl.yaml. */
export function contextFrom(
  yaml: string,
  images: readonly ImageManifest[] = [DEBIAN_12],
  folder = '/srv/boot',
): BootContext {
  const config = parseConfig(yaml, { path: `${folder}/pxectl.yaml`, stateRoot: `${folder}/.pxectl` });
  return {
    config: withEveryoneArmed(config),
    images,
    loaders: { schema: 'pxectl.loaders/1', files: LOADERS },
  };
}
