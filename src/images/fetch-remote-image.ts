import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageManifest, StoredFile } from '../model/image.ts';
import { recogniseTree } from './catalogue/recognise.ts';
import type { ImageRecipe } from './catalogue/recipe.ts';
import { bootFrom } from './catalogue/boot-from.ts';
import type { RemoteImage } from './catalogue/remote-image.ts';
import { selectKernels } from './catalogue/select-kernel.ts';
import { downloadFile } from './download/download-file.ts';
import { isMissingOnServer } from './download/http-errors.ts';
import { partFile, type PartFile } from './download/part-file.ts';
import { reportBytes, reportResume } from './fetch-progress.ts';
import type { FetchOptions } from './fetch-types.ts';
import { openFileSource } from './sources/file-source.ts';
import { findImage, type Found, type Wanted } from './find-image.ts';
import type { HashedFile } from './hashed-writer.ts';
import { fetchShared, takenName } from './shared/taken-images.ts';
import type { ImageStore, IncomingImage } from './store.ts';
import { storeRecipe } from './store-recipe.ts';
import type { FileTree } from './trees/file-tree.ts';
import { openFolderTree } from './trees/folder-tree.ts';
import { openIsoTree } from './trees/iso-tree.ts';
import { openTarTree } from './trees/tar-tree.ts';
import { checkFileSignature, type VouchInput } from './verify/vouched-files.ts';
import { checkFileSha512 } from './verify/file-sum.ts';

/**
 * Downloads an image of the catalogue: finds the place that has it, checks who vouches for it, downloads with resume,
 * and takes kernel and initrd out of it.
 * @throws PxectlError E_NOT_FOUND with every place that was tried, E_SIGNATURE, E_CHECKSUM, E_DOWNLOAD …
 */
export async function fetchRemoteImage(
  store: ImageStore,
  image: RemoteImage,
  input: VouchInput,
): Promise<ImageManifest> {
  const tried: string[] = [];
  for (let { places } = image; ;) {
    const found = await findImage({ ...image, places }, input, tried);
    try {
      const { provenance } = found;
      const { context, options } = input;
      const isForced = options.isForced === true;
      const wish = { id: image.id, name: nameOf(image, found, options), provenance, isForced };
      return await fetchShared(store, wish, context, () => fetchFound(store, image, found, input));
    } catch (error) {
      // releases.ubuntu.com goes on listing a point release after its ISO moved: quickemu's pull request 1715
      if (!isMissingOnServer(error)) throw error;
      tried.push(`${input.client.askedAddress(found.place)} (the file is not there)`);
      places = places.slice(places.indexOf(found.place) + 1);
    }
  }
}

/** Undefined where nobody says what the files have to be: that shows only when they are here. */
function nameOf(
  { id, payload }: RemoteImage,
  { files, provenance }: Found,
  { kernel }: FetchOptions,
): string | undefined {
  if (files.some(({ sha256, sha512 }) => (sha256 ?? sha512) === undefined)) return undefined;
  const { verification, verifiedBy } = provenance;
  return takenName({ id, payload, files, verification, verifiedBy, kernel });
}

async function fetchFound(
  store: ImageStore,
  image: RemoteImage,
  found: Found,
  input: VouchInput,
): Promise<ImageManifest> {
  const partsFolder = store.partsFolder(image.id);
  return store.build(image.id, async (incoming) => {
    const downloaded = new Map<string, { part: PartFile; hashed: HashedFile }>();
    for (const wanted of found.files) {
      const part = partFile(join(partsFolder, `${wanted.name.replaceAll('/', '_')}.part`));
      downloaded.set(wanted.name, { part, hashed: await download(image, wanted, part, input) });
    }
    const manifest = await assemble(image, downloaded, incoming, found, input);
    await incoming.commit(manifest);
    await rm(partsFolder, { recursive: true, force: true });
    return manifest;
  });
}

async function download(
  image: RemoteImage,
  wanted: Wanted,
  part: PartFile,
  input: VouchInput,
): Promise<HashedFile> {
  const { context, client } = input;
  const url = wanted.place + wanted.name;
  context.progress({ type: 'step', subject: image.id, text: `downloading ${client.askedAddress(url)}` });
  const hashed = await downloadFile(client, {
    url,
    part,
    expectedSha256: wanted.sha256,
    onBytes: reportBytes(context.progress, image.id, wanted.name),
    onNotice: (text) => context.progress({ type: 'warning', subject: image.id, text }),
    onResume: reportResume(context.progress, image.id),
  });
  if (wanted.sha512 !== undefined)
    await checkFileSha512(client.askedAddress(url), part, wanted.sha512, context.signal);
  if (image.trust.kind === 'signed-files') {
    await checkFileSignature(image, url, part, image.trust, input);
  }
  return hashed;
}

async function assemble(
  image: RemoteImage,
  downloaded: ReadonlyMap<string, { part: PartFile; hashed: HashedFile }>,
  incoming: IncomingImage,
  { place, provenance }: Found,
  { context, options }: VouchInput,
): Promise<ImageManifest> {
  const identity = {
    id: image.id,
    distribution: image.distribution,
    release: image.release,
    architecture: image.architecture,
  };
  const { payload } = image;
  if (payload.kind === 'files') {
    const stored: StoredFile[] = [];
    for (const file of payload.files) {
      const got = downloaded.get(file.name);
      if (got === undefined) continue;
      await got.part.finish(join(incoming.folder, file.path));
      stored.push({ role: file.role, path: file.path, ...got.hashed });
    }
    const boot = bootFrom(place, payload.boot);
    const recipe = { ...identity, title: image.title, files: [], boot, notes: [] };
    const nothing = await openFolderTree(incoming.folder);
    return storeRecipe(incoming, recipe, nothing, provenance, context, stored);
  }
  const [got] = downloaded.values();
  if (got === undefined) throw new Error('nothing was downloaded');
  const tree =
    payload.kind === 'iso'
      ? await openIsoTree(await openFileSource(got.part.path))
      : await openTarTree(got.part.path, join(incoming.folder, '.unpacked'), got.part.path, context.signal);
  try {
    const recognised = selectKernels(await recogniseTree(tree), options.kernel ?? 'default');
    // the id is the one that was asked for (ubuntu-24.04); release and title stay what was found (24.04.3)
    const recipe = { ...recognised, id: image.id };
    const manifest = await storeRecipe(incoming, recipe, tree, provenance, context);
    return await withRootImage(manifest, recipe, tree, got, incoming);
  } finally {
    await tree.close();
  }
}

/** The ISO becomes a file of the image by a rename: it is not copied. */
async function withRootImage(
  manifest: ImageManifest,
  recipe: ImageRecipe,
  tree: FileTree,
  got: { part: PartFile; hashed: HashedFile },
  incoming: IncomingImage,
): Promise<ImageManifest> {
  if (recipe.rootImageName === undefined || tree.sizeBytes === undefined) return manifest;
  await got.part.finish(join(incoming.folder, recipe.rootImageName));
  const root: StoredFile = { role: 'root-image', path: recipe.rootImageName, ...got.hashed };
  return { ...manifest, files: [...manifest.files, root] };
}
