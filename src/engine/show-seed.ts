import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NOCLOUD_NAMES, seedFill } from '../machines/seeds/fill-seed.ts';
import { PLACEHOLDERS } from '../machines/seeds/placeholders.ts';
import { whereOf } from '../machines/seeds/seed-problem.ts';
import { SeedTemplateError } from '../machines/seeds/seed-template-error.ts';
import { httpBaseUrl } from '../model/boot-context.ts';
import type { Machine } from '../model/config.ts';
import { configError, messageOf, PxectlError, usageError } from '../model/errors.ts';
import { SEED_FILE_NAMES } from '../model/image.ts';
import { withRegularFile } from '../platform/regular-file.ts';
import { imageOf, valuesOf } from './machine-seeds.ts';
import type { Project } from './project.ts';

export interface ShownSeed {
  readonly path: string;
  readonly text: string;
  /** something stands in the place of secrets */
  readonly isMasked: boolean;
}

/**
 * A file of a machine's seed as its installer gets it, but for the token of a boot; without `hasSecrets` with a word in the place of
 * each secret.
 * @throws PxectlError E_USAGE without such a file, E_CONFIG_VALUE when it cannot be filled in
 */
export async function shownSeed(
  project: Pick<Project, 'config' | 'layout'>,
  machine: Machine,
  { file, hasSecrets }: { readonly file?: string | undefined; readonly hasSecrets: boolean },
): Promise<ShownSeed> {
  const seed = machine.install?.seed;
  if (seed === undefined) {
    throw usageError({
      what: `${machine.name} has no install seed`,
      next: `pxectl seeds new writes one; then pxectl machines set ${machine.name} install.seed=FILE`,
    });
  }
  const image = await imageOf(project, machine.image ?? project.config.boot.default);
  const main = SEED_FILE_NAMES[image?.seedFormat ?? 'none'];
  const { path, text } = await readSeedText(seed, file ?? main);
  const values = valuesOf(project, machine, image);
  const isFilled = file === undefined || file === main || NOCLOUD_NAMES.some((name) => name === file);
  try {
    const fill = seedFill(values);
    const filled = isFilled ? (hasSecrets ? fill.forMachine(text) : fill.withoutSecrets(text)).text : text;
    return {
      path,
      isMasked: isFilled && !hasSecrets && /\{\{[^{}]*\bsecret\s/.test(text),
      text: filled
        .replaceAll(PLACEHOLDERS.report, values.view.report)
        .replaceAll(PLACEHOLDERS.http, httpBaseUrl(project.config)),
    };
  } catch (error) {
    if (!(error instanceof SeedTemplateError)) throw error;
    const { at, message } = error;
    throw configError('E_CONFIG_VALUE', {
      what: `the seed of ${machine.name} cannot be filled in`,
      why: `${whereOf({ path, ...(at === undefined ? {} : { at }) })}: ${message}`,
      next: `mend ${path}, then the same command again`,
    });
  }
}

async function readSeedText(seed: string, name: string): Promise<Pick<ShownSeed, 'path' | 'text'>> {
  try {
    const path = (await stat(seed)).isDirectory() ? join(seed, name) : seed;
    const text = await withRegularFile(path, (file) => file.readFile('utf8'));
    if (text === undefined) throw new Error(`${path} is no file`);
    return { path, text };
  } catch (error) {
    if (error instanceof PxectlError) throw error;
    throw usageError({
      what: 'there is no such seed',
      why: messageOf(error),
      next: 'pxectl seeds check says what is wrong with the seeds of machines',
      cause: error,
    });
  }
}
