import type { FileRole, ImageArchitecture, ImageBoot } from '../../model/image.ts';
import type { FileTree } from '../trees/file-tree.ts';

/** One file that an image needs. */
export interface RecipeFile {
  readonly role: FileRole;
  /** path in the tree that it is taken from */
  readonly from: string;
  /** path in the image's folder */
  readonly path: string;
}

/** What an image consists of and how it boots, once its distribution and release are known. */
export interface ImageRecipe {
  readonly id: string;
  readonly title: string;
  readonly distribution: string;
  readonly release: string;
  readonly architecture: ImageArchitecture;
  readonly files: readonly RecipeFile[];
  /** the archive or ISO that the tree was read from is the root image, under this name */
  readonly rootImageName?: string;
  readonly boot: ImageBoot;
  /** what the user should know about this image, one line each */
  readonly notes: readonly string[];
}

/** Looks at a tree and says what it is, or undefined when it is something else. */
export type Recogniser = (tree: FileTree) => Promise<ImageRecipe | undefined>;

/** Architectures under the names that distributions use. */
export const ARCHITECTURE_NAMES: Readonly<Record<string, ImageArchitecture>> = {
  amd64: 'amd64',
  x86_64: 'amd64',
  arm64: 'arm64',
  aarch64: 'arm64',
  i386: 'i386',
  i686: 'i386',
};
