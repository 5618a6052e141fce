import type { PowerPlace } from '../machines/power/switch-power.ts';
import type { Project } from './project.ts';
import { secretsBeside } from '../model/state-layout.ts';

/** Where the power of a project's machines is switched from. */
export const powerPlace = ({ config, layout }: Pick<Project, 'config' | 'layout'>): PowerPlace => ({
  secrets: secretsBeside(layout),
  address: config.network.address,
});
