import type { Project } from '../engine/project.ts';
import { judgeSeeds, refuseBrokenSeeds, type JudgedSeed } from '../engine/machine-seeds.ts';
import type { SeededMachine } from '../engine/seed-values.ts';
import { whereOf, type SeedFileProblem, type SeedWeight } from '../machines/seeds/seed-problem.ts';
import type { Config } from '../model/config.ts';
import { configError } from '../model/errors.ts';
import { isThere } from '../platform/files.ts';
import type { Output } from './output.ts';

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
  project: Pick<Project, 'config' | 'configPath' | 'layout'>,
  machines: readonly SeededMachine[],
  { output, isRefused }: { readonly output: Pick<Output, 'warn' | 'progress'>; readonly isRefused: boolean },
): Promise<void> {
  const judged = await judgeSeeds(project, machines);
  if (isRefused) refuseBrokenSeeds(judged);
  for (const { names, problem } of sharedProblems(judged)) {
    const [what = '', ...more] = problem.text.split('\n');
    const line = `the seed of ${listNames(names)} ${VERDICTS[problem.weight]}: ${whereOf(problem)}: ${what}`;
    const text = [line, ...more.map((copied) => `  ${copied}`)].join('\n');
    if (problem.weight === 'note') output.progress(text);
    else output.warn(text);
  }
}

/** The same problem of many machines with one seed is told once. */
export function sharedProblems(
  judged: readonly JudgedSeed[],
): readonly { readonly names: readonly string[]; readonly problem: SeedFileProblem }[] {
  const found = new Map<string, { readonly names: string[]; readonly problem: SeedFileProblem }>();
  for (const { name, problems } of judged) {
    for (const problem of problems) {
      const key = JSON.stringify(problem);
      const known = found.get(key);
      if (known === undefined) found.set(key, { names: [name], problem });
      else known.names.push(name);
    }
  }
  return [...found.values()];
}

/** `pc-01, pc-02, pc-03 and 27 more` */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length <= 3 ? shown : `${shown} and ${names.length - 3} more`;
}

const VERDICTS: Readonly<Record<SeedWeight, string>> = {
  fatal: 'cannot work',
  gap: 'has a gap',
  note: 'works',
};
