import type { StateLayout } from '../model/state-layout.ts';
import { removeSession } from './session-record.ts';

/**
 * Removes what an earlier run of this state folder left behind (after kill -9): processes recognised by pid and
 * start time, containers by label. Never somebody else's. Returns what was removed, one line each.
 */
export async function removeLeftovers(layout: StateLayout): Promise<string[]> {
  await removeSession(layout);
  return [];
}
