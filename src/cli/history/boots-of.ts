import type { Machine } from '../../model/config.ts';
import { usageError } from '../../model/errors.ts';
import { nearestWord } from '../../model/nearest-word.ts';
import { printable } from '../../model/printable.ts';
import type { RecordedBoot } from '../../watch/boot-record.ts';
import { bootsOfMachine } from '../../watch/boots-of-machine.ts';

/**
 * The boots of a machine, oldest first: by all of its cards, and by the name that it had.
 * @throws PxectlError E_USAGE when neither the configuration nor the history knows it
 */
export function bootsOf(
  word: string,
  boots: readonly RecordedBoot[],
  machines: readonly Machine[],
): readonly RecordedBoot[] {
  const { machine, isIts } = bootsOfMachine(word, machines);
  const found = boots.filter(isIts);
  if (found.length > 0 || machine !== undefined) return found;
  const names = [...machines, ...boots.map(({ machineName = '' }) => ({ name: machineName }))].map(
    (one) => one.name,
  );
  const near = nearestWord(word, [...new Set(names)]);
  throw usageError({
    what: `no machine ${printable(word)} is known, and no boot of it`,
    ...(near === undefined ? {} : { why: `did you mean ${near}?` }),
    next: 'pxectl history lists all boots',
  });
}
