import { layoutBeside } from '../model/state-layout.ts';
import { findConfig, loadProject } from '../engine/project.ts';
import type { Config } from '../model/config.ts';
import { stateLayout, type StateLayout } from '../model/state-layout.ts';

/** The state folder to work in, and the configuration where there is one. */
export interface CommandState {
  readonly layout: StateLayout;
  readonly config?: Config;
  readonly configPath?: string;
}

/**
 * For commands that work without a configuration too (fetch, images): the state folder beside the configuration
 * found, else `.pxectl` here.
 */
export async function stateFor(requested: string | undefined, from = process.cwd()): Promise<CommandState> {
  const configPath = await findConfig(requested, from);
  if (configPath === undefined) return { layout: stateLayout(`${from}/.pxectl`) };
  const { config } = await loadProject(configPath);
  return { layout: layoutBeside(configPath), config, configPath };
}
