import { machinesWithCards } from '../../machines/inventory/machine-cards.ts';
import type { BootTrace } from '../../model/boot-trace.ts';
import type { Config, Machine } from '../../model/config.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { readLastBoots, supersedes } from '../../watch/history-file.ts';
import { LatestBoots } from '../../watch/latest-boots.ts';
import { bootTraces } from '../boot-traces.ts';

/** The last boot that is known of each machine: with its events where they are still there. */
export async function latestBoots(
  layout: Pick<StateLayout, 'root' | 'events'>,
  config: Pick<Config, 'machines'>,
): Promise<(machine: Pick<Machine, 'name'>) => BootTrace | undefined> {
  const machines = await machinesWithCards(config, layout);
  const boots = new Map<string, BootTrace>(await readLastBoots(layout));
  for (const trace of await bootTraces(layout.events, machines, new LatestBoots())) {
    if (supersedes(trace, boots.get(trace.mac))) boots.set(trace.mac, trace);
  }
  const latest = new Map<string, BootTrace>();
  for (const { name, mac } of machines) {
    const boot = mac === undefined ? undefined : boots.get(mac);
    if (boot === undefined || (latest.get(name)?.lastEventAt ?? '') > boot.lastEventAt) continue;
    latest.set(name, boot);
  }
  return ({ name }) => latest.get(name);
}
