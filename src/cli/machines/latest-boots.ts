import type { BootTrace } from '../../model/boot-trace.ts';
import type { Machine } from '../../model/config.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import { readLastBoots } from '../../watch/last-boots.ts';
import { LatestBoots } from '../../watch/latest-boots.ts';
import { bootTraces } from '../boot-traces.ts';

/** The last boot that is known of each address: with its events where they are still there. */
export async function latestBoots(
  layout: Pick<StateLayout, 'root' | 'events'>,
  machines: readonly Machine[],
): Promise<ReadonlyMap<MacAddress, BootTrace>> {
  const boots = new Map(await readLastBoots(layout));
  for (const trace of await bootTraces(layout.events, machines, new LatestBoots())) {
    const kept = boots.get(trace.mac);
    if (kept === undefined || kept.lastEventAt <= trace.lastEventAt) boots.set(trace.mac, trace);
  }
  return boots;
}
