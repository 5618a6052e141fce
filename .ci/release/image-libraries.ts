import { join } from 'node:path';
import { openHttpClient } from '../../src/images/download/http-client.ts';
import { archivePackages } from '../../src/images/loaders/archive-packages.ts';
import type { PackageSource } from '../../src/images/loaders/package-source.ts';
import { stateLayout } from '../../src/model/state-layout.ts';
import type { PackageArchitecture } from './package-data.ts';
import { cacheFolder } from './project.ts';

/** A file of the image that a Debian package brings. */
export interface LibraryFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/** What the executable is linked with, and nothing else. */
export interface ImageLibraries {
  readonly files: readonly LibraryFile[];
  /** `libc6 2.36-9+deb12u14`, for the image's label */
  readonly packages: readonly string[];
}

const TRIPLETS = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' } as const;
/** Where every program looks for it (ELF's PT_INTERP), and the package has it. */
export const LOADERS = {
  x64: '/lib64/ld-linux-x86-64.so.2',
  arm64: '/lib/ld-linux-aarch64.so.1',
} as const;

/** Debian's packages with the files that are taken: libraries and their licences. */
function wanted({ node }: PackageArchitecture): Readonly<Record<string, readonly string[]>> {
  const lib = `/lib/${TRIPLETS[node]}`;
  const names = ['libc.so.6', 'libdl.so.2', 'libm.so.6', 'libpthread.so.0', 'librt.so.1'];
  return {
    libc6: [LOADERS[node], ...names.map((name) => `${lib}/${name}`), '/usr/share/doc/libc6/copyright'],
    'libgcc-s1': [`${lib}/libgcc_s.so.1`],
    'libstdc++6': [`/usr${lib}/libstdc++.so.6`],
    'gcc-12-base': ['/usr/share/doc/gcc-12-base/copyright'],
  };
}

/** Reads the libraries out of Debian packages, each verified by who brings it. */
export async function imageLibraries(
  architecture: PackageArchitecture,
  source: PackageSource,
): Promise<ImageLibraries> {
  const files: LibraryFile[] = [];
  const packages: string[] = [];
  for (const [name, paths] of Object.entries(wanted(architecture))) {
    const found = await source.find(name, architecture.deb, paths);
    if (found === undefined) throw new Error(`${source.name} has no ${name} for ${architecture.deb}`);
    packages.push(`${name} ${found.version}`);
    for (const path of paths) {
      const content = await found.read(path);
      if (content === undefined) throw new Error(`${name} ${found.version} has no ${path}`);
      files.push({ path, content });
    }
  }
  return { files, packages };
}

/** The archive's servers near everyone: what comes is believed for its signature, wherever it comes from. */
const MIRRORS = { 'https://ftp.debian.org/debian/': 'https://deb.debian.org/debian/' };

/** Debian's archive: for whichever processor, on whichever system. */
export async function withArchive<T>(work: (source: PackageSource) => Promise<T>): Promise<T> {
  const client = await openHttpClient({ mirrors: MIRRORS });
  try {
    const context = { layout: stateLayout(join(cacheFolder, 'archive')), progress: () => undefined };
    return await work(archivePackages({ client, options: {}, context }));
  } finally {
    await client.close();
  }
}
