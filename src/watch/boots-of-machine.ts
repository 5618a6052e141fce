import type { BootTrace } from '../model/boot-trace.ts';
import type { Machine } from '../model/config.ts';
import { machineLookup } from '../model/find-machines.ts';
import { parseMac } from '../protocol/addresses.ts';

export interface BootsOfMachine {
  /** undefined: the configuration has none of this name or address */
  readonly machine: Machine | undefined;
  readonly isIts: (boot: Pick<BootTrace, 'mac' | 'machineName'>) => boolean;
}

/**
 * Which boots are of a machine, as somebody names it: by all of its cards, and by the name that it had.
 * @param machines those without an address in the file once more for each card that was seen of them
 */
export function bootsOfMachine(word: string, machines: readonly Machine[]): BootsOfMachine {
  const machine = machineLookup({ machines })(word);
  const name = machine?.name ?? word;
  const macs = new Set([parseMac(word), ...machines.flatMap((one) => (one.name === name ? [one.mac] : []))]);
  return { machine, isIts: ({ mac, machineName }) => macs.has(mac) || machineName === name };
}
