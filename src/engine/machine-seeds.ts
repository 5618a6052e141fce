import { findRemoteImage } from '../images/catalogue/available.ts';
import { openStore } from '../images/store.ts';
import { checkSeedAt } from '../machines/seeds/check-seed-files.ts';
import type { SeedFileProblem } from '../machines/seeds/seed-problem.ts';
import type { Machine } from '../model/config.ts';
import type { SeedFormat } from '../model/image.ts';
import type { Project } from './project.ts';

export type SeededMachine = Pick<Machine, 'name' | 'image' | 'install'>;

export interface JudgedSeed {
  readonly name: string;
  readonly seed: string;
  readonly problems: readonly SeedFileProblem[];
}

/** Looks at the seed of each machine that has one, as the installer of its image will. */
export async function judgeSeeds(
  project: Pick<Project, 'config' | 'layout'>,
  machines: readonly SeededMachine[],
): Promise<readonly JudgedSeed[]> {
  const judged: JudgedSeed[] = [];
  for (const { name, image, install } of machines) {
    if (install === undefined) continue;
    const format = await seedFormatOf(project, image ?? project.config.boot.default);
    if (format === undefined) continue;
    judged.push({ name, seed: install.seed, problems: await checkSeedAt(format, install.seed) });
  }
  return judged;
}

/** What an image is installed with: as it is stored, or as the catalogue knows it before it is fetched. */
export async function seedFormatOf(
  { layout }: Pick<Project, 'layout'>,
  imageId: string,
): Promise<SeedFormat | undefined> {
  const stored = await openStore(layout).find(imageId);
  return stored?.boot.seedFormat ?? findRemoteImage(imageId)?.seedFormat;
}
