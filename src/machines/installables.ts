import type { Config, Machine } from '../model/config.ts';
import { usageError, type PxectlError } from '../model/errors.ts';
import { findMachines, selectMachines, type MachineSelection } from '../model/find-machines.ts';
import { machineKey } from '../model/machine-key.ts';
import { installingSince } from '../model/machine-state.ts';
import type { MacAddress } from '../protocol/addresses.ts';
import type { InstallJob } from './install-run.ts';

export interface Installable extends InstallJob {
  readonly mac?: MacAddress;
  /** its installer has the seed already */
  readonly installingSince?: string;
}

/**
 * Whom an order to install is for. Of a profile, or of all, those are meant that can be installed; `left` are the others.
 * @throws PxectlError E_USAGE when nobody is left, or a name is none
 */
export function selectInstallable(
  config: Pick<Config, 'machines' | 'profiles'>,
  selection: MachineSelection,
): { readonly machines: readonly Machine[]; readonly left: readonly Machine[] } {
  const meant = selectMachines(config, selection);
  if (selection.names.length > 0) return { machines: meant, left: [] };
  const machines = meant.filter(({ install }) => install !== undefined);
  if (machines.length === 0) {
    throw usageError({
      what: 'none of these machines has an install seed',
      next: 'give the profile, or each machine, an install: { seed: FILE }',
    });
  }
  return { machines, left: meant.filter((machine) => !machines.includes(machine)) };
}

/**
 * Those of these names, each with an install seed that the order fits.
 * @throws PxectlError E_USAGE for the first that has none, or is to be installed once and was ordered for every boot
 */
export function installables(
  { config, configPath }: { readonly config: Pick<Config, 'machines'>; readonly configPath: string },
  names: readonly string[],
  verb: 'arm' | 'disarm',
  isAlways: boolean,
): readonly Installable[] {
  return findMachines(config, names).map((machine) => {
    const { name, mac, install, installState: state } = machine;
    if (isAlways && install?.once === true) {
      throw usageError({
        what: `${name} is to be installed once: --always is not for it`,
        why: 'every network boot would install it again and wipe its disk',
        next: `if that is what you want: install: { seed: …, once: false } in ${configPath}`,
      });
    }
    if (install !== undefined) {
      const since = installingSince(state);
      return {
        name,
        key: machineKey(machine),
        ...(mac === undefined ? {} : { mac }),
        ...(since === undefined ? {} : { installingSince: since }),
      };
    }
    throw usageError({
      what: `${name} has no install seed: there is nothing to ${verb}`,
      ...(names.length > 1 ? { why: 'nothing is changed, for the others neither' } : {}),
      next: `give it one in ${configPath}: install: { seed: FILE }`,
    });
  });
}

/** It would be switched off in the midst of it. @throws PxectlError E_USAGE */
export function refuseWhileInstalling({
  name,
  installingSince: since,
}: Pick<Installable, 'name' | 'installingSince'>): void {
  if (since !== undefined) throw alreadyInstalling(name, `since ${since}`);
}

/** @param how since when, or who has ordered it */
export const alreadyInstalling = (name: string, how: string): PxectlError =>
  usageError({
    what: `${name} is being installed already: ${how}`,
    why: 'switched off now, it could be left with half a system',
    next: `pxectl machines show ${name}; to begin again all the same: pxectl machines disarm ${name} before`,
  });
