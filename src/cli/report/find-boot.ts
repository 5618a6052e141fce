import type { Machine } from '../../model/config.ts';
import { usageError } from '../../model/errors.ts';
import { machineLookup } from '../../model/find-machines.ts';
import { printable } from '../../model/printable.ts';
import type { RecordedBoot } from '../../watch/boot-record.ts';
import { bootsOf } from '../history/boots-of.ts';

/**
 * The boot that a word means: the last one of a machine, or the one with this id, or with its last part as `history` shows it.
 * @throws PxectlError E_USAGE
 */
export function findBoot(
  word: string,
  boots: readonly RecordedBoot[],
  machines: readonly Machine[],
): RecordedBoot {
  // who calls a machine deadbeef means the machine
  const isMachine = machineLookup({ machines })(word) !== undefined;
  const named = isMachine ? undefined : boots.findLast(({ id }) => id === word || id.slice(-8) === word);
  const boot = named ?? bootsOf(word, boots, machines).at(-1);
  if (boot !== undefined) return boot;
  throw usageError({ what: `no boot of ${printable(word)} is known`, next: 'pxectl history lists them' });
}
