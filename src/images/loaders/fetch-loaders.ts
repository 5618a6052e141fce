import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assetError } from '../../model/errors.ts';
import type { LoaderFile, LoaderManifest } from '../../model/loader.ts';
import { findInstalledPackage, type InstalledPackage } from '../dpkg-package.ts';
import type { FetchContext, FetchOptions } from '../fetch-types.ts';
import { writeHashed } from '../hashed-copy.ts';
import { withLock } from '../store-lock.ts';
import { checkLoader } from './check-loader.ts';
import { readLoaderManifest, writeLoaderManifest } from './loader-manifest.ts';
import { LOADER_SOURCES, type LoaderSource } from './loader-sources.ts';

const SUBJECT = 'loaders';

/**
 * Brings every loader that can be had into `.pxectl/loaders/`, under the names of LOADER_PATHS.
 * @throws PxectlError E_LOADER_MISSING when not one program could be had, E_LOADER_INVALID, E_CHECKSUM
 */
export async function fetchLoaders(_options: FetchOptions, context: FetchContext): Promise<LoaderManifest> {
  return withLock(context.layout.loaders, SUBJECT, async () => {
    const kept = new Map((await readLoaderManifest(context.layout)).files.map((file) => [file.path, file]));
    const packages = new Map<string, InstalledPackage | undefined>();
    for (const name of new Set(LOADER_SOURCES.map((source) => source.package))) {
      packages.set(name, await findInstalledPackage(name));
    }
    for (const source of LOADER_SOURCES) {
      const installed = packages.get(source.package);
      const found = source.inPackage.find((path) => installed?.files.has(path) === true);
      if (installed === undefined || found === undefined) continue;
      kept.set(source.path, await storeLoader(source, installed, found, context));
    }
    const files = LOADER_SOURCES.flatMap((source) => kept.get(source.path) ?? []);
    if (!files.some((file) => file.isProgram)) {
      throw assetError('E_LOADER_MISSING', {
        what: 'no boot loader could be found',
        next: 'sudo apt-get install pxelinux syslinux-common ipxe shim-signed grub-efi-amd64-signed',
      });
    }
    const manifest: LoaderManifest = { schema: 'pxectl.loaders/1', files };
    await writeLoaderManifest(context.layout, manifest);
    context.progress({ type: 'done', subject: SUBJECT, text: `${files.length} files of boot loaders` });
    return manifest;
  });
}

async function storeLoader(
  source: LoaderSource,
  installed: InstalledPackage,
  path: string,
  context: FetchContext,
): Promise<LoaderFile> {
  const real = await installed.verify(path);
  const { isSigned } = source.isProgram ? await checkLoader(real, source.platform) : { isSigned: false };
  const target = join(context.layout.loaders, source.path);
  const temporary = `${target}.${process.pid}.${randomBytes(3).toString('hex')}.tmp`;
  try {
    const written = await writeHashed(createReadStream(real), temporary);
    await rename(temporary, target);
    return {
      path: source.path,
      family: source.family,
      platform: source.platform,
      isProgram: source.isProgram,
      ...written,
      origin: `package ${installed.name}`,
      version: installed.version,
      isSigned,
    };
  } finally {
    await rm(temporary, { force: true });
  }
}
