import { usageError } from '../../model/errors.ts';
import { parseMac, type MacAddress } from '../../protocol/addresses.ts';

/** MAC addresses as somebody types them, each once. @throws PxectlError E_USAGE that lists every word that is none */
export function readMacs(words: readonly string[]): readonly MacAddress[] {
  const macs = words.map((word) => parseMac(word));
  const wrong = words.filter((_, index) => macs[index] === undefined);
  if (wrong.length > 0) {
    throw usageError({
      what: `${wrong.join(', ')} is not a MAC address`,
      why: `it looks like f4:4d:30:00:00:01${words.length > 1 ? '; nothing is added' : ''}`,
    });
  }
  return [...new Set(macs.filter((mac) => mac !== undefined))];
}
