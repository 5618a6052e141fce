import { findRemoteImage } from '../images/catalogue/available.ts';
import { openStore } from '../images/store.ts';
import { checkSeedAt } from '../machines/seeds/check-seed-files.ts';
import { seedFill, type SeedValues } from '../machines/seeds/fill-seed.ts';
import { whereOf, type SeedFileProblem } from '../machines/seeds/seed-problem.ts';
import { httpBaseUrl } from '../model/boot-context.ts';
import { configError } from '../model/errors.ts';
import { machineFileName } from '../model/machine-key.ts';
import type { SeedFormat } from '../model/image.ts';
import { privatePlaces } from '../model/private-places.ts';
import { secretsBeside } from '../model/state-layout.ts';
import type { Project } from './project.ts';
import { seedValues, type SeededImage, type SeededMachine } from './seed-values.ts';

export interface JudgedSeed {
  readonly name: string;
  readonly seed: string;
  readonly problems: readonly SeedFileProblem[];
}

/** Looks at the seed of each machine that has one, as the installer of its image will. */
export async function judgeSeeds(
  project: Pick<Project, 'config' | 'configPath' | 'layout'>,
  machines: readonly SeededMachine[],
): Promise<readonly JudgedSeed[]> {
  const places = privatePlaces({ path: project.configPath, stateRoot: project.layout.root });
  const judged: JudgedSeed[] = [];
  for (const machine of machines) {
    const { name, install } = machine;
    if (install === undefined) continue;
    const image = await imageOf(project, machine.image ?? project.config.boot.default);
    if (image === undefined) continue;
    const fill = seedFill(valuesOf(project, machine, image));
    judged.push({
      name,
      seed: install.seed,
      problems: await checkSeedAt(image.seedFormat, install.seed, { fill, places }),
    });
  }
  return judged;
}

/** Nobody is armed whose seed cannot work. @throws PxectlError E_CONFIG_VALUE */
export function refuseBrokenSeeds(judged: readonly JudgedSeed[]): void {
  for (const { name, seed, problems } of judged) {
    const broken = problems.find(({ weight }) => weight === 'fatal');
    if (broken === undefined) continue;
    throw configError('E_CONFIG_VALUE', {
      what: `${name} is not armed: its seed ${seed} cannot work`,
      why: `${whereOf(broken)}: ${broken.text}`,
      next: `mend ${seed}, then the same command again`,
    });
  }
}

/** The values for a machine outside of a boot: its URL to report to has no token. */
export function valuesOf(
  { config, layout }: Pick<Project, 'config' | 'layout'>,
  machine: SeededMachine,
  image: SeededImage | undefined,
): SeedValues {
  const report = `${httpBaseUrl(config)}/report/${machineFileName(machine)}`;
  return seedValues(config, machine, image, { report, secrets: secretsBeside(layout) });
}

/** What an image is installed with: as it is stored, or as the catalogue knows it before it is fetched. */
export async function seedFormatOf(
  { layout }: Pick<Project, 'layout'>,
  imageId: string,
): Promise<SeedFormat | undefined> {
  return (await imageOf({ layout }, imageId))?.seedFormat;
}

/** An image as it is stored, or as the catalogue knows it. */
export async function imageOf(
  { layout }: Pick<Project, 'layout'>,
  imageId: string,
): Promise<(SeededImage & { readonly seedFormat: SeedFormat }) | undefined> {
  const stored = await openStore(layout).find(imageId);
  if (stored === undefined) return findRemoteImage(imageId);
  return { ...stored, seedFormat: stored.boot.seedFormat };
}
