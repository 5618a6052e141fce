import { readdir, readFile, stat } from 'node:fs/promises';
import type { StateLayout } from '../../model/state-layout.ts';
import { serverFolders } from '../server-folders.ts';
import { CONTAINER_ROOT } from './container-spec.ts';

/** A program of one of our containers, seen as a process of this machine. */
export interface ContainerProcess {
  readonly name: string;
  readonly pid: number;
}

/**
 * The programs that run in containers of this state folder, without asking a Docker Engine: they outlive it (live
 * restore, an Engine that was killed). One of ours sees our configuration folder; without the right to look into
 * a container, whatever runs with a configuration of pxectl counts as ours.
 */
export async function findContainerProcesses(layout: StateLayout): Promise<readonly ContainerProcess[]> {
  const ours = await stat(serverFolders(layout).config).catch(() => undefined);
  if (ours === undefined) return [];
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found: ContainerProcess[] = [];
  for (const pid of pids) {
    // nginx's workers have a title without it: the master alone is named
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!command.includes(`${CONTAINER_ROOT}/config/`)) continue;
    const theirs = await stat(`/proc/${pid}/root${CONTAINER_ROOT}/config`).catch(() => 'hidden' as const);
    if (theirs !== 'hidden' && (theirs.ino !== ours.ino || theirs.dev !== ours.dev)) continue;
    const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
    found.push({ name, pid: Number(pid) });
  }
  return found;
}
