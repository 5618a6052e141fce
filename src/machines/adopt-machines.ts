import type { Config } from '../model/config.ts';
import { usageError } from '../model/errors.ts';
import type { MacAddress } from '../protocol/addresses.ts';
import type { ConfigEdit } from './config-file/edit-config.ts';
import { editMachines } from './config-file/edit-machines.ts';
import type { MachineEntry } from './config-file/machine-entry.ts';
import type { SeenMachine } from './inventory/seen-machine.ts';
import { unknownMachines, type UnknownMachine } from './inventory/unknown-machines.ts';
import { namesFrom } from './machine-names.ts';

export interface AdoptInput {
  readonly configPath: string;
  readonly config: Pick<Config, 'machines'>;
  readonly seen: ReadonlyMap<MacAddress, SeenMachine>;
  /** undefined: everyone who has booted from the network and is none, in the order in which they came */
  readonly macs: readonly MacAddress[] | undefined;
  /** for one a name, for several a pattern */
  readonly name?: string | undefined;
  /** what all of them say besides */
  readonly keys?: Pick<MachineEntry, 'profile' | 'image' | 'arguments'>;
}

export interface AdoptedMachine extends MachineEntry {
  readonly mac: MacAddress;
  readonly name: string;
}

/**
 * Who is taken when nobody is named: a packet of DHCP is made up by anybody, in the name of a computer that boots from its disk
 * and must not be installed.
 */
const adoptable = (config: AdoptInput['config'], seen: AdoptInput['seen']): readonly UnknownMachine[] =>
  unknownMachines(config, seen).filter(({ seen: one }) => hasBooted(one));

/** Those of them that are left out then: they were seen, and read nothing of a boot. */
export const seenOnly = (config: AdoptInput['config'], seen: AdoptInput['seen']): readonly MacAddress[] =>
  unknownMachines(config, seen)
    .filter(({ seen: one }) => !hasBooted(one))
    .map(({ mac }) => mac);

const hasBooted = ({ firmware, hasLoaded }: SeenMachine): boolean =>
  firmware !== undefined && hasLoaded === true;

/**
 * What adopting would make of machines that were seen: all that were asked for, or an error.
 * @throws PxectlError E_USAGE for addresses that were not seen, or are machines already
 */
export function planAdoption(input: AdoptInput): readonly AdoptedMachine[] {
  const { config, seen, macs, keys } = input;
  const wanted = [...new Set(macs ?? adoptable(config, seen).map(({ mac }) => mac))];
  const nameOf = new Map(config.machines.map(({ mac, name }) => [mac, name]));
  const there = wanted.flatMap((mac) => nameOf.get(mac) ?? []);
  const unseen = wanted.filter((mac) => !nameOf.has(mac) && !seen.has(mac));
  const others = wanted.length > 1 ? '; nothing is changed, for the others neither' : '';
  if (there.length > 0) {
    throw usageError({
      what: `${there.join(', ')} is a machine of the configuration already${others}`,
      next: `pxectl machines set ${there[0]} profile=NAME changes it`,
    });
  }
  if (unseen.length > 0) {
    throw usageError({
      what: `nobody has seen ${unseen.join(', ')}${others}`,
      why: 'adopting is for machines that have booted from the network: pxectl machines --unknown lists them',
      next: `pxectl machines add ${unseen[0]} adds one that has not`,
    });
  }
  const taken = config.machines.map(({ name }) => name);
  const names = namesFrom(input.name, wanted, taken);
  return wanted.map((mac, index) => ({ mac, name: names[index] ?? '', ...keys }));
}

/** Writes them into the configuration, all or none. @throws PxectlError E_USAGE for a profile or name that cannot be */
export async function adoptMachines(
  configPath: string,
  machines: readonly AdoptedMachine[],
  isDryRun: boolean,
): Promise<ConfigEdit> {
  return editMachines(
    configPath,
    isDryRun,
    machines.map((machine) => ({ kind: 'add', machine })),
  );
}
