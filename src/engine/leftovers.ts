import { access } from 'node:fs/promises';
import type { StateLayout } from '../model/state-layout.ts';
import { removeDnsmasqLeftovers } from './dnsmasq/dnsmasq-engine.ts';
import { removeDockerLeftovers } from './docker/docker-engine.ts';
import { removeSession } from './session-record.ts';

/**
 * Removes what an earlier run of this state folder left behind (after kill -9): processes recognised by pid and
 * start time, containers by label. Never somebody else's. Returns what was removed, one line each.
 */
export async function removeLeftovers(layout: StateLayout): Promise<string[]> {
  await removeSession(layout);
  const removed = await removeDnsmasqLeftovers(layout.run);
  // without this folder no container was ever made here, and no Engine needs to be asked
  const hadContainers = await access(`${layout.run}/docker`).then(
    () => true,
    () => false,
  );
  return hadContainers ? [...removed, ...(await removeDockerLeftovers(layout))] : removed;
}
