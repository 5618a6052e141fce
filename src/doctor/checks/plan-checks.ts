import { loadBootContext } from '../../engine/boot-context.ts';
import type { Project } from '../../engine/project.ts';
import { grubRefusals, grubRefusalText } from '../../plan/grub-refusals.ts';
import { makeFinding } from '../finding-catalogue.ts';
import type { Check } from './check.ts';

/** Whether the configuration sends no machine to a GRUB that would not find its files. */
export function planChecks(project: Project): Check {
  return {
    id: 'loaders-of-machines',
    group: 'config',
    title: 'machines that would end at the prompt of GRUB',
    covers: ['grub-needs-lease'],
    async look() {
      const context = await loadBootContext(project);
      const refusals = grubRefusals(context);
      const findings = refusals.map((refusal) =>
        makeFinding('grub-needs-lease', [{ source: project.configPath, text: grubRefusalText(refusal) }]),
      );
      return { seen: refusals.length === 0 ? 'none' : `${refusals.length}`, findings };
    },
  };
}
