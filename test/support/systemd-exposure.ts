import { runOrThrow } from '../../src/platform/processes.ts';

/** How much of a system a unit lays open, from 0 (nothing) to 10, as `systemd-analyze security` counts. */
export async function exposure(unitFile: string): Promise<number> {
  const { stdout } = await runOrThrow('systemd-analyze', ['security', '--offline=true', unitFile]);
  return Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
}
