import { findRemoteImage } from '../../../src/images/catalogue/available.ts';
import { bootFrom } from '../../../src/images/catalogue/boot-from.ts';
import { recogniseTree } from '../../../src/images/catalogue/recognise.ts';
import { selectKernels } from '../../../src/images/catalogue/select-kernel.ts';
import type { FileTree } from '../../../src/images/trees/file-tree.ts';
import type { FileRole, ImageManifest, StoredFile } from '../../../src/model/image.ts';

/** What the vendor publishes, as far as recognising it goes. */
export interface PublishedImage {
  /** name of the ISO or tarball; absent for images of single files */
  readonly name?: string;
  /** size of the ISO */
  readonly sizeBytes?: number;
  /** files in it: text where it is read, else empty */
  readonly files?: Readonly<Record<string, string>>;
}

/** A tree that is held in memory. */
function memoryTree({ name = '', sizeBytes, files = {} }: PublishedImage): FileTree {
  return {
    origin: `/srv/boot/${name}.part`,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    sizeOf: (path) => Promise.resolve(path in files ? 1 : undefined),
    list: () => Promise.resolve(Object.keys(files)),
    async *stream(path) {
      yield Buffer.from(files[path] ?? '');
    },
    close: () => Promise.resolve(),
  };
}

const stored = (role: FileRole, path: string): StoredFile => ({
  role,
  path,
  sizeBytes: 1000,
  sha256: 'a'.repeat(64),
});

/** The manifest that `pxectl fetch ID` stores: of the catalogue's own data, and of what is recognised in the archive. */
export async function fetchedImage(id: string, published: PublishedImage): Promise<ImageManifest> {
  const remote = findRemoteImage(id);
  if (remote === undefined) throw new Error(`the catalogue has no ${id}`);
  const { payload } = remote;
  const common = {
    schema: 'pxectl.image/1',
    id,
    distribution: remote.distribution,
    architecture: remote.architecture,
    origin: remote.places[0] ?? '',
    verification: 'signature',
    verifiedBy: 'test',
    verifiedAt: '2026-01-01T00:00:00Z',
  } as const;
  if (payload.kind === 'files') {
    const files = payload.files.map(({ role, path }) => stored(role, path));
    return {
      ...common,
      title: remote.title,
      release: remote.release,
      files,
      boot: bootFrom(common.origin, payload.boot),
    };
  }
  const { name = '' } = published;
  if (!payload.name.test(name)) throw new Error(`the catalogue does not look for ${name}`);
  const recipe = selectKernels(await recogniseTree(memoryTree(published)), 'default');
  const isRootKept = recipe.rootImageName !== undefined && published.sizeBytes !== undefined;
  return {
    ...common,
    title: recipe.title,
    release: recipe.release,
    files: [
      ...recipe.files.map(({ role, path }) => stored(role, path)),
      ...(isRootKept ? [stored('root-image', recipe.rootImageName ?? '')] : []),
    ],
    boot: recipe.boot,
  };
}
