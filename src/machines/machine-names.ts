import { usageError } from '../model/errors.ts';
import type { MacAddress } from '../protocol/addresses.ts';

/** What a machine is called that nobody gave a name. */
export const nameFromMac = (mac: MacAddress): string => `node-${mac.slice(-8).replaceAll(':', '')}`;

/**
 * A name for each machine from one pattern: `#` stands for a number, `##` for one of two digits; the numbers go on behind those
 * that are taken. Without `#` it is the name of one machine.
 * @throws PxectlError E_USAGE for several machines and no `#`
 */
export function namesFrom(
  pattern: string | undefined,
  macs: readonly MacAddress[],
  taken: readonly string[],
): readonly string[] {
  if (pattern === undefined) return macs.map(nameFromMac);
  const [before = '', marks = '', after = ''] = /^([^#]*)(#+)(.*)/s.exec(pattern)?.slice(1) ?? [];
  if (marks === '') {
    if (macs.length <= 1) return macs.map(() => pattern);
    throw usageError({
      what: `${pattern} would be the name of ${macs.length} machines`,
      next: `say where their numbers go: --name '${pattern}-##'`,
    });
  }
  const used = new Set(taken);
  let number = 0;
  return macs.map(() => {
    let name: string;
    do name = `${before}${String(++number).padStart(marks.length, '0')}${after}`;
    while (used.has(name));
    return name;
  });
}
