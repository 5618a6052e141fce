import { readFile } from 'node:fs/promises';
import { findInstalledPackage } from '../dpkg-package.ts';

/** Files of one package, from wherever it could be had. */
export interface LoaderPackage {
  readonly name: string;
  readonly version: string;
  /** for the manifest: where it came from and who vouches */
  readonly origin: string;
  /** the file, checked; undefined when the package has none of that name */
  read(path: string): Promise<Uint8Array | undefined>;
}

export type DebArchitecture = 'amd64' | 'arm64';

/** One way to get packages. */
export interface PackageSource {
  readonly name: string;
  /**
   * @param paths the files that will be read
   * @returns undefined when this source does not have the package
   */
  find(
    name: string,
    architecture: DebArchitecture,
    paths: readonly string[],
  ): Promise<LoaderPackage | undefined>;
}

/** Packages that are installed here; each file is checked against dpkg's sums. */
export const installedPackages: PackageSource = {
  name: 'installed packages',
  async find(name, architecture) {
    const installed = await findInstalledPackage(architecture === 'arm64' ? `${name}:arm64` : name);
    if (installed === undefined) return undefined;
    return {
      name,
      version: installed.version,
      origin: `package ${name}`,
      read: async (path) => (installed.files.has(path) ? readFile(await installed.verify(path)) : undefined),
    };
  },
};
