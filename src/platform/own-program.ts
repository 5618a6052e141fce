import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isSingleExecutable, packageRoot, readPackagedFile } from './packaged-files.ts';

/** In which form this pxectl came: one file with Node in it, a package of npm, or a clone of the repository. */
export type ProgramForm = 'executable' | 'npm' | 'source';

export function programForm(): ProgramForm {
  if (isSingleExecutable) return 'executable';
  return existsSync(join(packageRoot, 'src', 'cli', 'main.ts')) ? 'source' : 'npm';
}

/** What a release was made of. */
export interface ProgramBuild {
  /** undefined where it was not built in a clone */
  readonly commit?: string;
  /** there were changes that the commit does not have */
  readonly isChanged: boolean;
  /** of the commit, and not of the build: the same commit makes the same bytes */
  readonly time: string;
}

/** Undefined in a clone, whose own commit git tells. */
export function programBuild(): ProgramBuild | undefined {
  if (programForm() === 'source') return undefined;
  return JSON.parse(readPackagedFile('dist/build.json').toString()) as ProgramBuild;
}
