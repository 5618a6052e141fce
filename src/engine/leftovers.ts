import { access, rm } from 'node:fs/promises';
import type { StateLayout } from '../model/state-layout.ts';
import { findLeftoverProcesses, removeLeftoverProcesses } from './leftover-processes.ts';
import { removeSession } from './session-record.ts';

/**
 * Removes what an earlier run of this state folder left behind (after kill -9): processes recognised by pid and
 * start time, containers by label. Never somebody else's. Returns what was removed, one line each.
 * @throws PxectlError E_DOCKER_UNREACHABLE when containers go on serving that nobody can be asked to end
 */
export async function removeLeftovers(layout: StateLayout): Promise<string[]> {
  await removeSession(layout);
  await rm(layout.controlSocket, { force: true });
  const removed = await removeLeftoverProcesses(layout.run);
  if (!(await hadContainers(layout))) return removed;
  const { removeDockerLeftovers } = await import('./docker/docker-engine.ts');
  return [...removed, ...(await removeDockerLeftovers(layout))];
}

/** What of an earlier run still answers machines, while no pxectl is up: `dnsmasq (pid 812)`. Changes nothing. */
export async function findLeftovers(layout: StateLayout): Promise<string[]> {
  const found = await findLeftoverProcesses(layout.run);
  if (!(await hadContainers(layout))) return found;
  const { findDockerLeftovers } = await import('./docker/docker-engine.ts');
  return [...found, ...(await findDockerLeftovers(layout))];
}

/** Without this folder no container was ever made here, and no Engine needs to be asked. */
const hadContainers = (layout: StateLayout): Promise<boolean> =>
  access(`${layout.run}/docker`).then(
    () => true,
    () => false,
  );
