import { createReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { assetError } from '../model/errors.ts';
import type { ImageManifest, StoredFile } from '../model/image.ts';
import { recogniseTree } from './catalogue/recognise.ts';
import type { ImageRecipe } from './catalogue/recipe.ts';
import { selectKernels } from './catalogue/select-kernel.ts';
import { downloadFile } from './download/download-file.ts';
import type { HttpClient } from './download/http-client.ts';
import { partFile } from './download/part-file.ts';
import { reportBytes } from './fetch-progress.ts';
import type { FetchContext, FetchOptions } from './fetch-types.ts';
import { writeHashed } from './hashed-copy.ts';
import type { HashedFile } from './hashed-writer.ts';
import { PIECE_BYTES } from './piece-pool.ts';
import { checkImageId } from './image-id.ts';
import { openFileSource } from './sources/file-source.ts';
import { openHttpSource } from './sources/http-source.ts';
import type { ImageStore, IncomingImage } from './store.ts';
import { storeRecipe } from './store-recipe.ts';
import type { FileTree } from './trees/file-tree.ts';
import { openFolderTree } from './trees/folder-tree.ts';
import { openIsoTree } from './trees/iso-tree.ts';
import { openTarTree } from './trees/tar-tree.ts';

export interface FromInput {
  readonly store: ImageStore;
  readonly options: FetchOptions;
  readonly context: FetchContext;
  readonly client: HttpClient;
}

/** Brings the file that is the root image into the incoming folder; undefined when the machines get it elsewhere. */
type BringRoot = (incoming: IncomingImage, name: string, id: string) => Promise<HashedFile | undefined>;

/**
 * Takes an image from an ISO, netboot tarball or folder of the user's own, or from the address of an ISO.
 * @param wantedId the id to store it under; default: what it was recognised as
 * @throws PxectlError E_NOT_FOUND, E_IMAGE_UNRECOGNISED, E_ISO_INVALID, E_ARCHIVE_INVALID, E_DOWNLOAD
 */
export async function fetchFrom(
  from: string,
  wantedId: string | undefined,
  input: FromInput,
): Promise<ImageManifest> {
  if (/^https?:\/\//i.test(from)) return fetchFromUrl(from, wantedId, input);
  const path = resolve(from);
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) {
    throw assetError('E_NOT_FOUND', { what: `there is no file or folder ${path}`, next: 'check --from' });
  }
  const tree = info.isDirectory() ? await openFolderTree(path) : await openArchive(path, input);
  const copyRoot: BringRoot = (incoming, name, id) => {
    const onBytes = reportBytes(input.context.progress, id, name);
    return writeHashed(
      createReadStream(path, { highWaterMark: PIECE_BYTES }),
      join(incoming.folder, name),
      (done) => onBytes(done, info.size),
    );
  };
  return storeTree(tree, wantedId, 'nobody: a file of your own', copyRoot, input);
}

/** Tells an ISO from a tarball by what is in it. */
async function openArchive(path: string, { store }: FromInput): Promise<FileTree> {
  const handle = await open(path, 'r');
  const magic = Buffer.alloc(5);
  try {
    await handle.read(magic, 0, 5, 0x8001);
  } finally {
    await handle.close();
  }
  if (magic.toString('latin1') === 'CD001' || path.toLowerCase().endsWith('.iso')) {
    return openIsoTree(await openFileSource(path));
  }
  return openTarTree(path, join(store.folder, `.unpacked-${process.pid}-${Date.now()}`));
}

/** Recognises the ISO and reads kernel and initrd by ranges, so that a wrong address costs no gigabytes. */
async function fetchFromUrl(
  url: string,
  wantedId: string | undefined,
  input: FromInput,
): Promise<ImageManifest> {
  const { client, context, options, store } = input;
  context.progress({
    type: 'warning',
    subject: wantedId ?? url,
    text: `nobody vouches for ${url}: images of the catalogue are verified, addresses of your own are not`,
  });
  const source = await openHttpSource(client, url);
  const parts = join(store.folder, '.parts-from');
  const part = partFile(join(parts, `${Buffer.from(url).toString('base64url').slice(-120)}.part`));
  const download = (subject: string): Promise<HashedFile> =>
    downloadFile(client, {
      url,
      part,
      expectedSha256: undefined,
      onBytes: reportBytes(context.progress, subject, url.slice(url.lastIndexOf('/') + 1)),
      onNotice: (text) => context.progress({ type: 'warning', subject, text }),
    });
  const verifiedBy = 'nobody: an address of your own';
  if (source !== undefined && !isTarball(url)) {
    const bringRoot: BringRoot = async (incoming, name, id) => {
      if (options.isRootLeftRemote === true) return undefined;
      const hashed = await download(id);
      await part.finish(join(incoming.folder, name));
      return hashed;
    };
    return storeTree(await openIsoTree(source), wantedId, verifiedBy, bringRoot, input);
  }
  context.progress({ type: 'step', subject: wantedId ?? url, text: 'downloading all of it first' });
  const hashed = await download(wantedId ?? url);
  const tree = await openArchive(part.path, input);
  const moveRoot = async (incoming: IncomingImage, name: string): Promise<HashedFile> => {
    await part.finish(join(incoming.folder, name));
    return hashed;
  };
  const manifest = await storeTree({ ...tree, origin: url }, wantedId, verifiedBy, moveRoot, input);
  await rm(part.path, { force: true });
  return manifest;
}

function isTarball(url: string): boolean {
  return /\.(tar|tgz|tar\.(gz|xz|zst))$/i.test(new URL(url).pathname);
}

async function storeTree(
  tree: FileTree,
  wantedId: string | undefined,
  verifiedBy: string,
  bringRoot: BringRoot,
  { store, options, context }: FromInput,
): Promise<ImageManifest> {
  try {
    const recognised = selectKernels(await recogniseTree(tree), options.kernel ?? 'default');
    const recipe = { ...recognised, id: checkImageId(wantedId ?? recognised.id) };
    const { id } = recipe;
    context.progress({ type: 'step', subject: id, text: `recognised ${recipe.title} in ${tree.origin}` });
    for (const note of recipe.notes) context.progress({ type: 'warning', subject: id, text: note });
    const build = async (incoming: IncomingImage): Promise<ImageManifest> => {
      const provenance = { origin: tree.origin, verification: 'local', verifiedBy } as const;
      const extracted = await storeRecipe(incoming, recipe, tree, provenance, context);
      const manifest = await addRootImage(extracted, recipe, tree, bringRoot, incoming);
      await incoming.commit(manifest);
      return manifest;
    };
    return await store.locked(id, () => store.build(id, build));
  } finally {
    await tree.close();
  }
}

async function addRootImage(
  manifest: ImageManifest,
  recipe: ImageRecipe,
  tree: FileTree,
  bringRoot: BringRoot,
  incoming: IncomingImage,
): Promise<ImageManifest> {
  if (recipe.rootImageName === undefined || tree.sizeBytes === undefined) return manifest;
  const hashed = await bringRoot(incoming, recipe.rootImageName, recipe.id);
  if (hashed === undefined) {
    const withUrl = (argument: string): string => argument.replaceAll('{root}', tree.origin);
    return { ...manifest, boot: { ...manifest.boot, arguments: manifest.boot.arguments.map(withUrl) } };
  }
  const root: StoredFile = { role: 'root-image', path: recipe.rootImageName, ...hashed };
  return { ...manifest, files: [...manifest.files, root] };
}
