import { stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import type { Project } from '../engine/project.ts';
import { openStore } from '../images/store.ts';
import { checkSeedAt } from '../machines/seed-check.ts';
import type { Config, Machine } from '../model/config.ts';
import { configError, usageError } from '../model/errors.ts';
import type { Output } from './output.ts';

/**
 * A seed as it is typed here, as the configuration file has to name it: relative to the file's own folder.
 * @throws PxectlError E_USAGE when it is not there
 */
export async function seedForConfig(typed: string, configPath: string): Promise<string> {
  const path = resolve(typed);
  if (!(await isThere(path))) {
    throw usageError({
      what: `there is no seed ${path}`,
      why: 'it is a preseed, autoinstall user-data or kickstart file, or a folder of them',
      next: 'docs/config.md#machines shows what belongs into one',
    });
  }
  const near = relative(dirname(configPath), path);
  return near.startsWith('..') ? path : near;
}

/**
 * An armed machine without its seed would boot an installer that finds no answers.
 * @throws PxectlError E_CONFIG_VALUE
 */
export async function checkSeeds(config: Config, configPath: string): Promise<void> {
  for (const { name, install, isArmed } of config.machines) {
    if (!isArmed || install === undefined || (await isThere(install.seed))) continue;
    throw configError('E_CONFIG_VALUE', {
      what: `${configPath}: the install seed of ${name} is not there: ${install.seed}`,
      why: 'its next boot would start an installer without answers',
      next: `write that file, or: pxectl machines disarm ${name}`,
    });
  }
}

/**
 * Looks at the seeds of these machines: tells what is wrong, and with `isRefused` lets none pass that cannot work.
 * @throws PxectlError E_CONFIG_VALUE
 */
export async function tellSeeds(
  { config, layout }: Pick<Project, 'config' | 'layout'>,
  machines: readonly Pick<Machine, 'name' | 'image' | 'install'>[],
  { output, isRefused }: { readonly output: Pick<Output, 'warn'>; readonly isRefused: boolean },
): Promise<void> {
  const store = openStore(layout);
  for (const { name, image, install } of machines) {
    const manifest = install === undefined ? undefined : await store.find(image ?? config.boot.default);
    if (manifest === undefined || install === undefined) continue;
    for (const { isFatal, text } of await checkSeedAt(manifest.boot.seedFormat, install.seed)) {
      if (isFatal && isRefused) {
        throw configError('E_CONFIG_VALUE', {
          what: `${name} is not armed: its seed ${install.seed} cannot work`,
          why: text,
          next: `mend ${install.seed}, then the same command again`,
        });
      }
      output.warn(`the seed of ${name} ${isFatal ? 'cannot work' : 'has a gap'}: ${install.seed}: ${text}`);
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
