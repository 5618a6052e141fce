import type { BootTrace } from '../../model/boot-trace.ts';
import type { Machine } from '../../model/config.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import { bootTraces } from '../boot-traces.ts';

/** The last boot that is known of each address. */
export async function latestBoots(
  eventsPath: string,
  machines: readonly Machine[],
): Promise<ReadonlyMap<MacAddress, BootTrace>> {
  return new Map((await bootTraces(eventsPath, machines)).map((trace) => [trace.mac, trace]));
}
