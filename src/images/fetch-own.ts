import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assetError, PxectlError, usageError } from '../model/errors.ts';
import type { ImageManifest, StoredFile } from '../model/image.ts';
import { recogniseTree } from './catalogue/recognise.ts';
import type { ImageRecipe } from './catalogue/recipe.ts';
import { selectKernels } from './catalogue/select-kernel.ts';
import { downloadFile } from './download/download-file.ts';
import type { HttpClient } from './download/http-client.ts';
import { partFile } from './download/part-file.ts';
import { reportBytes, reportResume } from './fetch-progress.ts';
import type { FetchContext, FetchedImage, FetchOptions } from './fetch-types.ts';
import { kindOfFile, type FileKind } from './file-kind.ts';
import { hashWhole, writeHashed } from './hashed-copy.ts';
import type { HashedFile } from './hashed-writer.ts';
import { checkImageId } from './image-id.ts';
import { findTaken, freeName } from './known-own.ts';
import { lockWait } from './lock-wait.ts';
import { openFileSource } from './sources/file-source.ts';
import { openHttpSource } from './sources/http-source.ts';
import { fetchShared, takenName } from './shared/taken-images.ts';
import type { ImageStore, IncomingImage } from './store.ts';
import { storeRecipe } from './store-recipe.ts';
import type { FileTree } from './trees/file-tree.ts';
import { openFolderTree } from './trees/folder-tree.ts';
import { openIsoTree } from './trees/iso-tree.ts';
import { openTarTree } from './trees/tar-tree.ts';

export interface OwnInput {
  readonly store: ImageStore;
  readonly options: FetchOptions;
  readonly context: FetchContext;
  readonly client: HttpClient;
}

/** Brings the file that is the root image into the incoming folder; undefined when the machines get it elsewhere. */
type BringRoot = (incoming: IncomingImage, name: string, id: string) => Promise<HashedFile | undefined>;

/**
 * Takes an image from an ISO, netboot tarball or folder of the user's own, or from the address of an ISO. What was taken
 * from there before and has not changed is left alone.
 * @throws PxectlError E_NOT_FOUND, E_IMAGE_UNRECOGNISED, E_ISO_INVALID, E_ARCHIVE_INVALID, E_DOWNLOAD,
 * E_IMAGE_UNSUPPORTED, E_USAGE
 */
export async function fetchOwn(from: string, input: OwnInput): Promise<FetchedImage> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(from)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'https') {
    // two of one address share what was downloaded of it
    const lockName = `from-${createHash('sha256').update(from).digest('hex').slice(0, 16)}`;
    const wait = lockWait(input.options.storedAs ?? from, input.context);
    return input.store.locked(lockName, () => fetchFromUrl(from, input), wait);
  }
  if (scheme !== undefined && scheme !== 'file') {
    throw usageError({
      what: `${from}: pxectl downloads over http and https`,
      next: `download it with another program, then pxectl fetch FILE`,
    });
  }
  if (input.options.isRootLeftRemote === true) {
    throw usageError({
      what: `--remote-root leaves the ISO at its address, and ${from} is not an address`,
      next: 'leave out --remote-root, or name the URL of an ISO',
    });
  }
  const path = resolve(scheme === 'file' ? fileURLToPath(from) : from);
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) {
    throw assetError('E_NOT_FOUND', {
      what: `there is no file or folder ${path}`,
      next: 'check the name; what can be had without a file of your own: pxectl images --available',
    });
  }
  // a pipe cannot be read at any place, and a device does not say how long it is
  if (!info.isDirectory() && !info.isFile()) {
    throw assetError('E_ARCHIVE_INVALID', {
      what: `${path} is a device or a pipe, and no file`,
      why: 'pxectl reads here and there in an image, and keeps it for the machines',
      next: `cat ${path} > image.iso, then pxectl fetch image.iso`,
    });
  }
  const tree = info.isDirectory() ? await openFolderTree(path) : await openArchive(path, path, input);
  const copyRoot: BringRoot = async (incoming, name, id) => {
    // what was recognised, and not what has its name by now
    if (tree.streamWhole === undefined) return undefined;
    const onBytes = reportBytes(input.context.progress, id, name);
    const target = join(incoming.folder, name);
    if ((await tree.cloneWhole?.(target)) === true) return hashWhole(target, input.context.signal);
    const onDone = (done: number): void => onBytes(done, tree.sizeBytes);
    return writeHashed(tree.streamWhole(), target, onDone, input.context.signal);
  };
  return storeTree(tree, 'nobody: a file of your own', copyRoot, input);
}

/** Tells an ISO from a tarball by what is in it. `origin` is what the user calls the file. */
async function openArchive(path: string, origin: string, { store, context }: OwnInput): Promise<FileTree> {
  const source = { ...(await openFileSource(path)), origin };
  const kind = await kindOfFile(source);
  if (mayBeIso(kind, origin)) return openIsoTree(source);
  await source.close();
  if (isTarball(kind)) {
    return openTarTree(path, await store.scratchFolder(), origin, context.signal);
  }
  throw notAnArchive(origin, kind);
}

const isTarball = (kind: FileKind): boolean => kind === 'tar' || kind === 'packed';

/** What is called .iso is read as one also when its beginning is damaged: the reader says where. */
const mayBeIso = (kind: FileKind, name: string): boolean =>
  kind === 'iso' || (kind === 'unknown' && name.toLowerCase().endsWith('.iso'));

const KIND_NAMES: Readonly<Partial<Record<FileKind, string>>> = {
  zip: 'a zip archive',
  '7z': 'a 7z archive',
  udf: 'a UDF disc without an ISO 9660 side',
  page: 'a web page',
  empty: 'empty',
};

function notAnArchive(origin: string, kind: FileKind): Error {
  const isPacked = kind === 'zip' || kind === '7z';
  const isAddress = /^https?:/i.test(origin);
  return assetError('E_ARCHIVE_INVALID', {
    what: `${origin} is ${KIND_NAMES[kind] ?? 'neither an ISO image nor a tar archive'}`,
    why: 'pxectl reads ISO images and tar archives (plain, gz, xz, zst)',
    next: isPacked
      ? 'unpack it, then pxectl fetch what was in it'
      : isAddress
        ? 'open the address in a browser: it must be that of the file itself'
        : `see what it is (file ${origin}), and fetch it again`,
  });
}

/** Recognises the ISO and reads kernel and initrd by ranges, so that a wrong address costs no gigabytes. */
async function fetchFromUrl(url: string, input: OwnInput): Promise<FetchedImage> {
  const { client, context, options, store } = input;
  const wantedId = options.storedAs;
  context.progress({
    type: 'warning',
    subject: wantedId ?? url,
    text: `nobody vouches for ${client.askedAddress(url)}: images of the catalogue are verified, addresses of your own are not`,
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
      onResume: reportResume(context.progress, subject),
    });
  const verifiedBy = 'nobody: an address of your own';
  const kind = source === undefined ? undefined : await kindOfFile(source);
  if (source !== undefined && kind !== undefined && !isTarball(kind)) {
    if (!mayBeIso(kind, new URL(url).pathname)) throw notAnArchive(url, kind);
    const bringRoot: BringRoot = async (incoming, name, id) => {
      if (options.isRootLeftRemote === true) return undefined;
      const hashed = await download(id);
      await part.finish(join(incoming.folder, name));
      return hashed;
    };
    return storeTree(await openIsoTree(source), verifiedBy, bringRoot, input);
  }
  context.progress({ type: 'step', subject: wantedId ?? url, text: 'downloading all of it first' });
  const hashed = await download(wantedId ?? url);
  const moveRoot: BringRoot = async (incoming, name) => {
    if (options.isRootLeftRemote === true) return undefined;
    await part.finish(join(incoming.folder, name));
    return hashed;
  };
  try {
    const tree = await openArchive(part.path, url, input);
    const fetched = await storeTree(tree, verifiedBy, moveRoot, input);
    await part.discard();
    return fetched;
  } catch (error) {
    // all of it is here and it is no image: there is nothing to go on from
    if (error instanceof PxectlError && USELESS.has(error.code)) await part.discard();
    throw error;
  }
}

const USELESS: ReadonlySet<string> = new Set([
  'E_IMAGE_UNRECOGNISED',
  'E_IMAGE_UNSUPPORTED',
  'E_ISO_INVALID',
  'E_ARCHIVE_INVALID',
]);

async function storeTree(
  tree: FileTree,
  verifiedBy: string,
  bringRoot: BringRoot,
  { store, options, context }: OwnInput,
): Promise<FetchedImage> {
  try {
    const recognised = selectKernels(await recogniseTree(tree), options.kernel ?? 'default');
    const { storedAs } = options;
    const { id, taken } = storedAs === undefined ? await freeName(store, recognised.id) : { id: storedAs };
    const recipe = { ...recognised, id: checkImageId(id) };
    context.progress({ type: 'step', subject: id, text: `recognised ${recipe.title} in ${tree.origin}` });
    const before = await findTaken(store, id, tree, options);
    if (before !== undefined) return { manifest: before, outcome: 'present' };
    if (taken !== undefined) {
      const text = `${taken.id} is here, verified by ${taken.verifiedBy}: what nobody vouches for becomes ${id}`;
      context.progress({ type: 'warning', subject: id, text });
    }
    for (const note of recipe.notes) context.progress({ type: 'warning', subject: id, text: note });
    const provenance = { origin: tree.origin, verification: 'local', verifiedBy } as const;
    const build = async (incoming: IncomingImage): Promise<ImageManifest> => {
      const extracted = await storeRecipe(incoming, recipe, tree, provenance, context);
      const manifest = await addRootImage(extracted, recipe, tree, bringRoot, incoming);
      await incoming.commit(manifest);
      return manifest;
    };
    const wish = { id, name: nameOf(id, tree, options), provenance, isForced: options.isForced === true };
    const fetch = (): Promise<ImageManifest> => store.build(id, build);
    const manifest = await store.locked(
      id,
      () => fetchShared(store, wish, context, fetch),
      lockWait(id, context),
    );
    return { manifest, outcome: 'fetched' };
  } finally {
    await tree.close();
  }
}

/** Undefined where nothing shows that a file or address has not changed since. */
function nameOf(
  id: string,
  { origin, sizeBytes, changedAtMs }: FileTree,
  { kernel, isRootLeftRemote }: FetchOptions,
): string | undefined {
  if (sizeBytes === undefined || changedAtMs === undefined || Number.isNaN(changedAtMs)) return undefined;
  return takenName({ id, origin, sizeBytes, changedAtMs, kernel, isRootLeftRemote });
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
