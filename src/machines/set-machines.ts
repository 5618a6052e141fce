import type { Machine } from '../model/config.ts';
import { usageError } from '../model/errors.ts';
import { wordOf } from '../model/find-machines.ts';
import type { ConfigEdit } from './config-file/edit-config.ts';
import { editMachines } from './config-file/edit-machines.ts';
import { IDENTITY_KEYS, readAssignment, type Assignment } from './config-file/machine-entry.ts';
import { seedForConfig } from './config-file/seed-path.ts';

export interface SetInput {
  readonly configPath: string;
  readonly machines: readonly Machine[];
  /** `image=debian-12`, `vars.disk=/dev/sda`; `KEY=` takes a value out */
  readonly words: readonly string[];
  /** folder in which a seed is named */
  readonly from: string;
}

export interface SetPlan {
  readonly machines: readonly Machine[];
  readonly assignments: readonly Assignment[];
  /** whose orders are for an address, UUID or serial number that they will not have any more: whoever does this takes them back */
  readonly renumbered: readonly Machine[];
}

/**
 * What setting these values would change.
 * @throws PxectlError E_USAGE that lists everything that is wrong
 */
export async function planSet({ configPath, machines, words, from }: SetInput): Promise<SetPlan> {
  const assignments = await Promise.all(
    readAssignments(words).map(async (one): Promise<Assignment> => {
      if (one.path.join('.') !== 'install.seed' || typeof one.value !== 'string') return one;
      return { ...one, value: await seedForConfig(one.value, configPath, from) };
    }),
  );
  const identity = assignments
    .map(({ path: [key = ''] }) => key)
    .filter((key) => IDENTITY_KEYS.includes(key));
  if (identity.length > 0 && machines.length > 1) {
    throw usageError({
      what: `${identity[0]}= is for one machine, and these are ${machines.length}`,
      next: 'set it one by one',
    });
  }
  const isRenumbered = ({ mac }: Machine): boolean =>
    identity.includes('mac') || (mac === undefined && identity.some((key) => key !== 'name'));
  return { machines, assignments, renumbered: machines.filter(isRenumbered) };
}

/** Writes it into the configuration, all or none. @throws PxectlError E_USAGE for what cannot be */
export async function setMachines(
  configPath: string,
  { machines, assignments }: SetPlan,
  isDryRun: boolean,
): Promise<ConfigEdit> {
  return editMachines(
    configPath,
    isDryRun,
    machines.map((machine) => ({ kind: 'set', word: wordOf(machine), assignments })),
  );
}

function readAssignments(words: readonly string[]): readonly Assignment[] {
  if (words.length === 0) {
    throw usageError({
      what: 'there is nothing to set',
      next: 'pxectl machines set NAME image=debian-12 vars.disk=/dev/sda; KEY= takes a value out',
    });
  }
  const read = words.map((word) => {
    const [key = ''] = word.split('=', 1);
    return readAssignment(key, word.slice(key.length + 1));
  });
  const [first, ...others] = read.flatMap((one) => ('what' in one ? [one] : []));
  if (first !== undefined) {
    throw usageError({
      what: first.what,
      why: [first.why, ...others.map(({ what, why }) => `also ${what}: ${why}`)].join('\n'),
    });
  }
  return read.flatMap((one) => ('assignment' in one ? [one.assignment] : []));
}
