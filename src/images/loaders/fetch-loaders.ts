import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { assetError, messageOf, PxectlError } from '../../model/errors.ts';
import type { LoaderPlatform } from '../../model/firmware.ts';
import { LOADER_PATHS, type LoaderFile, type LoaderManifest } from '../../model/loader.ts';
import { writeFileAtomic } from '../../platform/files.ts';
import { openHttpClient, type HttpClient } from '../download/http-client.ts';
import type { FetchContext, FetchOptions } from '../fetch-types.ts';
import { openStore } from '../store.ts';
import { checkFiles, noteVerified } from '../verified-files.ts';
import { withLock } from '../../platform/file-lock.ts';
import { checkLoader, invalidLoader, pxelinuxMismatch } from './check-loader.ts';
import { findIsoShim } from './iso-shim.ts';
import { readLoaderManifest, writeLoaderManifest } from './loader-manifest.ts';
import { isoPackages } from './iso-packages.ts';
import { LOADER_GROUPS, SIGNED_CHAIN_X64, type LoaderGroup } from './loader-sources.ts';
import { installedPackages, type LoaderPackage, type PackageSource } from './package-source.ts';
import { isChainForeign } from './signed-chain.ts';
import { downloadSignedIpxe, SIGNED_IPXE, SIGNED_IPXE_FILES } from './signed-ipxe.ts';
import { familyOf } from '../../platform/install-hint.ts';

const SUBJECT = 'loaders';
/** Platforms whose loaders are fetched unless others are asked for. */
const DEFAULT_PLATFORMS: readonly LoaderPlatform[] = ['bios', 'x64'];

const UNSIGNED = 'it has no signature, and Secure Boot would refuse it';

interface NewLoader {
  readonly file: LoaderFile;
  readonly bytes: Uint8Array;
}

/**
 * Brings the boot loaders into `.pxectl/loaders/`, under the names of LOADER_PATHS. Sources in order: installed
 * packages, `apt-get download`, Debian's archive over HTTP, and for shim and GRUB the ISO of a stored image. Sources beyond
 * this machine are asked only for what is not in the store yet.
 * @param sources in place of the usual ones
 * @throws PxectlError E_LOADER_MISSING when not one program could be had; E_LOADER_INVALID, E_CHECKSUM, E_SIGNATURE
 */
export async function fetchLoaders(
  options: FetchOptions,
  context: FetchContext,
  sources?: readonly PackageSource[],
): Promise<LoaderManifest> {
  const client = await openHttpClient({
    ...options.http,
    ...(options.mirrors === undefined ? {} : { mirrors: options.mirrors }),
    ...(options.isOffline === undefined ? {} : { isOffline: options.isOffline }),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  try {
    return await withLock(context.layout.loaders, SUBJECT, async () => {
      const kept = await presentLoaders(context);
      const added = await gather(
        options,
        context,
        kept,
        sources ?? (await usualSources(options, context, client)),
      );
      if (options.hasSignedIpxe !== true) return finish(await store(context, kept, added), options);
      // what was found is kept also when this download fails
      if (added.length > 0) await store(context, kept, added);
      return finish(await store(context, kept, await signedIpxe(client, kept, options, context)), options);
    });
  } finally {
    await client.close();
  }
}

/** Loaders are read out of Debian's packages: elsewhere they come from its archive. */
const fromPackages = (names: string): string =>
  familyOf() === 'apt'
    ? `sudo apt-get install ${names}`
    : 'try again where https://ftp.debian.org is reached';

/** @throws PxectlError E_LOADER_MISSING when there is no program for a platform that the user named */
function finish(manifest: LoaderManifest, options: FetchOptions): LoaderManifest {
  const there = new Set(manifest.files.filter((file) => file.isProgram).map((file) => file.platform));
  const missing = (options.loaderPlatforms ?? []).filter((platform) => !there.has(platform));
  if (missing.length === 0) return manifest;
  const isInSignedIpxe = missing.every((platform) => platform !== 'bios') && options.hasSignedIpxe !== true;
  throw assetError('E_LOADER_MISSING', {
    what: `no boot loader for ${missing.join(' and ')} could be found; all else is stored`,
    why: 'neither the packages here, nor apt, nor the archive have one (the warnings say why)',
    next: isInSignedIpxe
      ? 'add --signed-ipxe: the release of its makers has iPXE for x64, ia32 and arm64'
      : `${fromPackages('pxelinux syslinux-common ipxe')}, or leave out --platform`,
  });
}

async function usualSources(
  options: FetchOptions,
  context: FetchContext,
  client: HttpClient,
): Promise<PackageSource[]> {
  if (options.isOffline === true) return [installedPackages];
  const { aptDownload } = await import('./apt-download.ts');
  const { archivePackages } = await import('./archive-packages.ts');
  return [installedPackages, aptDownload, archivePackages({ client, options, context })];
}

async function gather(
  options: FetchOptions,
  context: FetchContext,
  kept: ReadonlyMap<string, LoaderFile>,
  sources: readonly PackageSource[],
): Promise<NewLoader[]> {
  const platforms = options.loaderPlatforms ?? DEFAULT_PLATFORMS;
  const added: NewLoader[] = [];
  for (const group of LOADER_GROUPS) {
    const isWanted = platforms.includes(group.platform);
    for (const source of sources) {
      const isHere = source === installedPackages;
      const programs = group.files.filter((file) => file.isProgram);
      const isPresent =
        group.isWhole === true
          ? programs.every((file) => kept.has(file.path))
          : programs.some((file) => kept.has(file.path));
      // other architectures and what is there already are worth a look on this machine, and no download
      if (!isHere && (!isWanted || (isPresent && options.isForced !== true))) break;
      const loaders = await takeGroup(group, source, context);
      if (loaders.length === 0) continue;
      added.push(...loaders);
      break;
    }
  }
  added.push(...(await ownChain(added, kept, context)));
  if (!added.some(({ file }) => file.path === LOADER_PATHS.shimX64) && !kept.has(LOADER_PATHS.shimX64)) {
    const shim = await findIsoShim(context.layout);
    if (shim !== undefined)
      added.push(newLoader({ ...shim, family: 'shim', platform: 'x64', isProgram: true }, shim.bytes));
  }
  // of two with one name the later counts
  return [...new Map(added.map((loader) => [loader.file.path, loader])).values()];
}

/**
 * shim and GRUB from an image's own ISO: where no source has them, and where those found are of a vendor that signed no
 * kernel of the images here.
 */
async function ownChain(
  added: readonly NewLoader[],
  kept: ReadonlyMap<string, LoaderFile>,
  context: FetchContext,
): Promise<NewLoader[]> {
  const isShim = ({ file }: NewLoader): boolean => file.path === LOADER_PATHS.shimX64;
  const shim = added.find(isShim)?.file ?? kept.get(LOADER_PATHS.shimX64);
  const images = await openStore(context.layout).list();
  if (shim !== undefined && !isChainForeign(shim.version, images)) return [];
  return takeGroup(SIGNED_CHAIN_X64, isoPackages(context.layout), context);
}

/** The files of one group from one source; none when it has not got them all in one version. */
async function takeGroup(
  group: LoaderGroup,
  source: PackageSource,
  context: FetchContext,
): Promise<NewLoader[]> {
  const found = new Map<string, LoaderPackage>();
  try {
    for (const name of new Set(group.files.map((file) => file.package))) {
      const paths = group.files.filter((file) => file.package === name).flatMap((file) => file.inPackage);
      const one = await source.find(name, group.architecture, paths);
      if (one === undefined) return [];
      found.set(name, one);
    }
    return await readGroup(group, found);
  } catch (error) {
    if (context.signal?.aborted === true || source === installedPackages) throw error;
    const why = error instanceof PxectlError && error.why !== undefined ? ` (${error.why})` : '';
    const text = `${group.name} not taken from ${source.name}: ${messageOf(error)}${why}`;
    context.progress({ type: 'warning', subject: SUBJECT, text });
    return [];
  }
}

async function readGroup(
  group: LoaderGroup,
  found: ReadonlyMap<string, LoaderPackage>,
): Promise<NewLoader[]> {
  const loaders: NewLoader[] = [];
  for (const file of group.files) {
    const from = found.get(file.package);
    for (const path of from === undefined ? [] : file.inPackage) {
      const bytes = await from?.read(path);
      if (bytes === undefined) continue;
      loaders.push(newLoader({ ...file, origin: from?.origin ?? '', version: from?.version ?? '' }, bytes));
      break;
    }
  }
  const program = loaders.find(({ file }) => file.path === LOADER_PATHS.pxelinux);
  const mismatch =
    program && pxelinuxMismatch([...new Set(loaders.map(({ file }) => file.version))], program.bytes);
  if (mismatch !== undefined) throw invalidLoader('pxelinux.0', mismatch);
  const isMissing = (source: { readonly path: string }): boolean =>
    !loaders.some(({ file }) => file.path === source.path);
  if (group.isWhole === true && group.files.some(isMissing)) return [];
  const unsigned = group.isWhole === true ? loaders.find(({ file }) => !file.isSigned) : undefined;
  if (unsigned !== undefined) throw invalidLoader(unsigned.file.path, UNSIGNED);
  return loaders.some(({ file }) => file.isProgram) ? loaders : [];
}

async function signedIpxe(
  client: HttpClient,
  kept: ReadonlyMap<string, LoaderFile>,
  options: FetchOptions,
  context: FetchContext,
): Promise<NewLoader[]> {
  const isHere = SIGNED_IPXE_FILES.every(
    ({ path, mustBeSigned }) =>
      kept.has(path) && (!mustBeSigned || kept.get(path)?.version === SIGNED_IPXE.version),
  );
  if (isHere && options.isForced !== true) return [];
  const warn = (text: string): void => context.progress({ type: 'warning', subject: SUBJECT, text });
  const programs = await downloadSignedIpxe(
    client,
    options.isVerificationSkipped === true ? warn : undefined,
  );
  return SIGNED_IPXE_FILES.flatMap((wanted) => {
    const bytes = programs.get(wanted.inArchive);
    const fromPackage = kept.get(wanted.path)?.origin.startsWith('package') === true;
    if (bytes === undefined || fromPackage) return [];
    const about = {
      ...wanted,
      isProgram: true,
      origin: client.askedAddress(SIGNED_IPXE.url),
      version: SIGNED_IPXE.version,
    };
    const loader = newLoader(about, bytes);
    if (wanted.mustBeSigned && !loader.file.isSigned) {
      throw invalidLoader(wanted.inArchive, UNSIGNED);
    }
    return [loader];
  });
}

function newLoader(
  about: Omit<LoaderFile, 'sizeBytes' | 'sha256' | 'isSigned'>,
  bytes: Uint8Array,
): NewLoader {
  const { path, family, platform, isProgram, origin, version } = about;
  const { isSigned } = isProgram ? checkLoader(path, bytes, platform) : { isSigned: false };
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    bytes,
    file: { path, family, platform, isProgram, sizeBytes: bytes.length, sha256, origin, version, isSigned },
  };
}

/** Loaders of the manifest whose files are there, and what they were. */
async function presentLoaders({ layout, signal }: FetchContext): Promise<Map<string, LoaderFile>> {
  const { files } = await readLoaderManifest(layout);
  const whole = (await checkFiles(layout.loaders, files, { signal })).filter(
    ({ outcome }) => outcome === 'ok',
  );
  return new Map(whole.map(({ file }) => [file.path, file]));
}

async function store(
  context: FetchContext,
  kept: Map<string, LoaderFile>,
  added: readonly NewLoader[],
): Promise<LoaderManifest> {
  const { layout, progress, shared } = context;
  const written: LoaderFile[] = [];
  for (const { file, bytes } of added) {
    if (kept.get(file.path)?.sha256 !== file.sha256) {
      const path = join(layout.loaders, file.path);
      await writeFileAtomic(path, bytes);
      await shared?.keep(path, file);
      written.push(file);
    }
    kept.set(file.path, file);
  }
  await noteVerified(layout.loaders, written);
  const files = [...kept.values()].sort((a, b) => a.path.localeCompare(b.path));
  if (!files.some((file) => file.isProgram)) {
    throw assetError('E_LOADER_MISSING', {
      what: 'no boot loader could be found',
      next: fromPackages('pxelinux syslinux-common ipxe shim-signed grub-efi-amd64-signed'),
    });
  }
  const manifest: LoaderManifest = { schema: 'pxectl.loaders/1', files };
  await writeLoaderManifest(layout, manifest);
  const text =
    written.length === 0 ? 'boot loaders are here already' : `${written.length} files of boot loaders stored`;
  progress({ type: 'done', subject: SUBJECT, text });
  return manifest;
}
