import { resolve } from 'node:path';
import { judgeSeedFile } from '../../engine/judge-seed-files.ts';
import { judgeSeeds, type JudgedSeed } from '../../engine/machine-seeds.ts';
import { findConfig, loadProject, type Project } from '../../engine/project.ts';
import { whereOf } from '../../machines/seeds/seed-problem.ts';
import type { Machine } from '../../model/config.ts';
import { usageError } from '../../model/errors.ts';
import type { SeedKind } from '../../model/image.ts';
import { findMachines, machineLookup } from '../../model/find-machines.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { isThere } from '../../platform/files.ts';
import { listNames, sharedProblems } from '../install-seeds.ts';

export interface CheckSeedsOptions {
  readonly kind?: SeedKind;
}

/** `pxectl seeds check [NAME…|FILE…]` */
export async function checkSeeds(context: CommandContext<CheckSeedsOptions>): Promise<number> {
  const { output, options, args } = context;
  const requested = requestedConfigPath(options);
  const hasConfig = args.length === 0 || (await findConfig(requested, process.cwd())) !== undefined;
  // a file of somebody who has no configuration yet
  const project = hasConfig ? await loadProject(requested) : undefined;
  const { machines, files } = await meant(project, args);
  const judged = project === undefined ? [] : await judgeSeeds(project, machines);
  const loose: JudgedSeed[] = [];
  for (const path of files) loose.push(await judgeSeedFile(project?.config, path, options.kind));
  const all = [...judged, ...loose];
  const isBroken = all.some(({ problems }) => problems.some(({ weight }) => weight === 'fatal'));
  if (options.json) {
    output.json({ schema: 'pxectl.seeds.check/1', ok: !isBroken, seeds: all });
    return isBroken ? EXIT.failure : EXIT.ok;
  }
  for (const { names, problem } of sharedProblems(all)) {
    output.data(`${whereOf(problem)}: ${problem.weight}: ${problem.text} (${listNames(names)})`);
  }
  if (machines.length > 0 || files.length === 0) {
    const blind = machines.length - judged.length;
    const unknown = blind === 0 ? '' : `; ${blind} have no seed, or an image of which nothing is known`;
    output.progress(`${judged.length} machines with a seed were looked at${unknown}`);
  }
  for (const { name, seed } of loose) {
    output.progress(`${seed} was looked at as ${name}, for a machine that there is not`);
  }
  return isBroken ? EXIT.failure : EXIT.ok;
}

/** Machines by their names or by the file that they have, and files that none has. */
async function meant(
  project: Project | undefined,
  words: readonly string[],
): Promise<{ readonly machines: readonly Machine[]; readonly files: readonly string[] }> {
  const withSeed = project?.config.machines.filter(({ install }) => install !== undefined) ?? [];
  if (words.length === 0) return { machines: withSeed, files: [] };
  const lookUp = project === undefined ? undefined : machineLookup(project.config);
  const machines = new Set<Machine>();
  const files: string[] = [];
  const names: string[] = [];
  for (const word of words) {
    const users = withSeed.filter(({ install }) => install?.seed === resolve(word));
    for (const user of users) machines.add(user);
    if (users.length > 0) continue;
    if (lookUp?.(word) === undefined && (await isThere(word))) files.push(word);
    else names.push(word);
  }
  if (project === undefined && names.length > 0) {
    throw usageError({
      what: `there is no file ${names.join(', ')}`,
      next: 'name a seed, or run pxectl init first',
    });
  }
  if (project !== undefined) for (const machine of findMachines(project.config, names)) machines.add(machine);
  return { machines: [...machines], files };
}
