import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import nodePackages from './node-packages.json' with { type: 'json' };
import { root } from './project.ts';

export const ARCHITECTURES = ['x64', 'arm64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** One package of the registry, and the sum that it must have. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** as package-lock.json has it */
  readonly integrity: string;
}

export const NODE_VERSION = nodePackages.version;

/** The package of Node itself for one processor; the sums are written down here, since no lock file holds packages for others. */
export function nodePackage(architecture: Architecture): PinnedPackage {
  const { package: name, integrity } = nodePackages[architecture];
  return { name, version: NODE_VERSION, integrity };
}

/** koffi's compiled half for one processor. */
export const koffiPackage = (architecture: Architecture): PinnedPackage =>
  lockedPackage(`@koromix/koffi-linux-${architecture}`);

/** As package-lock.json has it, which knows those for other processors too. */
function lockedPackage(name: string): PinnedPackage {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Omit<PinnedPackage, 'name'>>>;
  };
  const locked = packages[`node_modules/${name}`];
  if (locked === undefined) throw new Error(`package-lock.json has no ${name}`);
  return { name, version: locked.version, integrity: locked.integrity };
}
