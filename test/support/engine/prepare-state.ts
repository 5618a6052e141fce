import { createHash, randomBytes } from 'node:crypto';
import { access, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LOADER_SOURCES } from '../../../src/images/loaders/loader-sources.ts';
import { writeLoaderManifest } from '../../../src/images/loaders/loader-manifest.ts';
import type { ImageManifest, StoredFile } from '../../../src/model/image.ts';
import type { LoaderFile } from '../../../src/model/loader.ts';
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
export function configText(mode: 'proxy' | 'pxe-only' | 'full' = 'proxy', extra = ''): string {
  const range = mode === 'proxy' ? '' : ', range: 192.168.1.200-192.168.1.220';
  return [
    'version: 1',
    `network: { interface: br0, address: 192.168.1.50, mode: ${mode}${range} }`,
    'http: { port: 8080 }',
    `images: [${TEST_IMAGE}]`,
    `boot: { default: ${TEST_IMAGE}, menu: true, timeoutSeconds: 5 }`,
    extra,
    '',
  ].join('\n');
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function writeLoaders(layout: StateLayout): Promise<void> {
  const files: LoaderFile[] = [];
  for (const source of LOADER_SOURCES) {
    const origin = await firstThere(source.inPackage);
    if (origin === undefined) continue;
    const target = join(layout.loaders, source.path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(origin, target);
    const bytes = await readFile(target);
    const { path, family, platform, isProgram } = source;
    files.push({
      ...{ path, family, platform, isProgram },
      sizeBytes: bytes.length,
      sha256: sha256(bytes),
      origin,
      version: 'test',
      isSigned: family === 'shim' || family === 'grub',
    });
  }
  await writeLoaderManifest(layout, { schema: 'pxectl.loaders/1', files });
}

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
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
      seedArguments: ['url={seed}preseed.cfg'],
      seedFormat: 'preseed',
      ramMiB: 512,
    },
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
}
