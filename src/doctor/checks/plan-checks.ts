import { loadBootContext } from '../../engine/boot-context.ts';
import type { Project } from '../../engine/project.ts';
import { grubRefusals, grubRefusalText } from '../../plan/grub-refusals.ts';
import { makeFinding } from '../finding-catalogue.ts';
import type { Check } from './check.ts';

/** Whether every machine of the configuration gets the loader that it needs. */
export function planChecks(project: Project): Check {
  return {
    id: 'loaders-of-machines',
    group: 'config',
    title: 'a loader for each machine',
    covers: ['grub-needs-lease'],
    async look() {
      const context = await loadBootContext(project);
      const refusals = grubRefusals(context);
      const findings = refusals.map((refusal) =>
        makeFinding('grub-needs-lease', [{ source: project.configPath, text: grubRefusalText(refusal) }]),
      );
      return { seen: `${context.config.machines.length} machines`, findings };
    },
  };
}
