import type { Machine } from '../model/config.ts';
import { usageError } from '../model/errors.ts';
import { machineKey, machinesByKey, type MachineKey } from '../model/machine-key.ts';

/** What somebody who orders an install has before him: the machine of a key as his reading of the file has it. */
export interface MeantInstall {
  readonly key: string;
  readonly name: string;
  readonly seed: string;
  /** absent where it boots what everybody does */
  readonly image?: string | undefined;
}

export const meantInstalls = (machines: readonly Machine[]): MeantInstall[] =>
  machines.flatMap((machine) => {
    const { name, install, image } = machine;
    if (install === undefined) return [];
    return [
      { key: machineKey(machine), name, seed: install.seed, ...(image === undefined ? {} : { image }) },
    ];
  });

/**
 * An order is for what was shown to whoever gave it: where another machine, seed or image is in force for its key, there is none.
 * @returns of those that are not in force, what they would be installed with
 * @throws PxectlError E_USAGE
 */
export function installsNotInForce(
  keys: readonly MachineKey[],
  meant: readonly MeantInstall[],
  machines: readonly Machine[],
): ReadonlyMap<MachineKey, MeantInstall> {
  const inForce = machinesByKey(machines);
  const meantBy = new Map(meant.map((one) => [one.key, one]));
  const others = new Map<MachineKey, MeantInstall>();
  for (const key of keys) {
    const [is, means] = [inForce.get(key), meantBy.get(key)];
    if (is?.install === undefined) {
      if (means !== undefined) others.set(key, means);
      else if (is === undefined) throw unknown(key);
    } else if (means !== undefined && !isSame(means, is)) {
      throw usageError({
        what: `${means.name} is not armed: in force, ${key} is ${is.name} with the seed ${is.install.seed}`,
        why: `pxectl.yaml was changed since the running pxectl read it: ${means.name} with the seed ${means.seed}`,
        next: 'pxectl reload, then the same command again',
      });
    }
  }
  return others;
}

const isSame = (means: MeantInstall, { name, install, image }: Machine): boolean =>
  means.name === name && means.seed === install?.seed && means.image === image;

const unknown = (key: MachineKey): Error =>
  usageError({ what: `there is no machine ${key}`, next: 'pxectl machines lists them' });
