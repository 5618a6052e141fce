import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeLoaderManifest } from '../../../src/images/loaders/loader-manifest.ts';
import type { ImageManifest, StoredFile } from '../../../src/model/image.ts';
import { LOADER_PATHS, type LoaderFile } from '../../../src/model/loader.ts';
import { stateLayout, type StateLayout } from '../../../src/model/state-layout.ts';

export const TEST_IMAGE = 'debian-12';

/** A state folder as `init` and `fetch` leave it: real loaders of this machine, and an image of random bytes. */
export async function prepareState(
  folder: string,
  yaml: string,
  sizes: { readonly kernelBytes?: number; readonly initrdBytes?: number } = {},
): Promise<{ readonly configPath: string; readonly layout: StateLayout }> {
  const configPath = join(folder, 'pxectl.yaml');
  const layout = stateLayout(join(folder, '.pxectl'));
  await mkdir(layout.run, { recursive: true });
  await writeFile(configPath, yaml);
  await writeLoaders(layout);
  await writeImage(layout, sizes.kernelBytes ?? 200_000, sizes.initrdBytes ?? 2_000_000);
  return { configPath, layout };
}

/** A configuration for the virtual LAN; `extra` is YAML at the top level. */
export function configText(mode: 'proxy' | 'pxe-only' | 'full' = 'proxy', extra = '', network = ''): string {
  const range = mode === 'proxy' ? '' : ', range: 192.168.1.200-192.168.1.220';
  return [
    'version: 1',
    `network: { interface: br0, address: 192.168.1.50, mode: ${mode}${range}${network} }`,
    'http: { port: 8080 }',
    `images: [${TEST_IMAGE}]`,
    `boot: { default: ${TEST_IMAGE}, menu: true, timeoutSeconds: 5 }`,
    extra,
    '',
  ].join('\n');
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** As Debian packages bring them; what is not installed is left out. */
const LOADERS: readonly (Pick<LoaderFile, 'path' | 'family' | 'platform'> & { readonly from: string })[] = [
  { path: LOADER_PATHS.pxelinux, family: 'pxelinux', platform: 'bios', from: '/usr/lib/PXELINUX/pxelinux.0' },
  {
    path: LOADER_PATHS.lpxelinux,
    family: 'pxelinux',
    platform: 'bios',
    from: '/usr/lib/PXELINUX/lpxelinux.0',
  },
  ...['ldlinux.c32', 'libcom32.c32', 'libutil.c32', 'menu.c32'].map((path) => ({
    ...({
      path,
      family: 'pxelinux',
      platform: 'bios',
      from: `/usr/lib/syslinux/modules/bios/${path}`,
    } as const),
  })),
  { path: LOADER_PATHS.undionly, family: 'ipxe', platform: 'bios', from: '/usr/lib/ipxe/undionly.kpxe' },
  { path: LOADER_PATHS.ipxeX64, family: 'ipxe', platform: 'x64', from: '/usr/lib/ipxe/snponly.efi' },
  {
    ...{ path: LOADER_PATHS.shimX64, family: 'shim', platform: 'x64' },
    from: '/usr/lib/shim/shimx64.efi.signed',
  },
  {
    ...{ path: LOADER_PATHS.grubX64, family: 'grub', platform: 'x64' },
    from: '/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed',
  },
];

async function writeLoaders(layout: StateLayout): Promise<void> {
  const files: LoaderFile[] = [];
  for (const { path, family, platform, from } of LOADERS) {
    const bytes = await readFile(from).catch(() => undefined);
    if (bytes === undefined) continue;
    const target = join(layout.loaders, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
    files.push({
      ...{ path, family, platform },
      isProgram: !path.endsWith('.c32'),
      sizeBytes: bytes.length,
      sha256: sha256(bytes),
      origin: from,
      version: 'test',
      isSigned: family === 'shim' || family === 'grub',
    });
  }
  await writeLoaderManifest(layout, { schema: 'pxectl.loaders/1', files });
}

async function writeImage(layout: StateLayout, kernelBytes: number, initrdBytes: number): Promise<void> {
  const folder = join(layout.images, TEST_IMAGE);
  await mkdir(folder, { recursive: true });
  const files: StoredFile[] = [];
  for (const [role, path, size] of [
    ['kernel', 'linux', kernelBytes],
    ['initrd', 'initrd.gz', initrdBytes],
  ] as const) {
    const bytes = randomBytes(size);
    await writeFile(join(folder, path), bytes);
    files.push({ role, path, sizeBytes: size, sha256: sha256(bytes) });
  }
  const manifest: ImageManifest = {
    schema: 'pxectl.image/1',
    id: TEST_IMAGE,
    title: 'Debian 12',
    distribution: 'debian',
    release: '12',
    architecture: 'amd64',
    files,
    origin: 'random bytes of a test',
    verification: 'local',
    verifiedBy: 'the test',
    verifiedAt: '2026-01-01T00:00:00.000Z',
    boot: {
      arguments: ['priority=high'],
      readsBootif: true,
      seedArguments: ['url={seed}preseed.cfg'],
      seedFormat: 'preseed',
      ramMiB: 512,
    },
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
}
