import { findConfig, loadProject } from '../engine/project.ts';
import { machinesWithCards } from '../machines/inventory/machine-cards.ts';
import type { Machine } from '../model/config.ts';
import { PxectlError } from '../model/errors.ts';
import { layoutBeside, type StateLayout } from '../model/state-layout.ts';
import type { Output } from './output.ts';

/** What commands need that look at what runs and what was recorded. */
export interface WatchedProject {
  readonly layout: StateLayout;
  /** for their names, by card; none while the file cannot be read */
  readonly machines: readonly Machine[];
}

/**
 * The state folder, and the machines of the configuration: a half edited file hides nothing of what goes on.
 * @throws PxectlError E_CONFIG_NOT_FOUND
 */
export async function watchedProject(
  requested: string | undefined,
  output: Pick<Output, 'warn'>,
): Promise<WatchedProject> {
  try {
    const { layout, config } = await loadProject(requested);
    return { layout, machines: await machinesWithCards(config, layout) };
  } catch (error) {
    const path = await findConfig(requested, process.cwd());
    const isUnreadable = error instanceof PxectlError && error.code !== 'E_CONFIG_NOT_FOUND';
    if (!isUnreadable || path === undefined) throw error;
    output.warn(`${error.message}; pxectl reload says more`);
    return { layout: layoutBeside(path), machines: [] };
  }
}
