import { powerPlace } from '../../engine/power-place.ts';
import type { Project } from '../../engine/project.ts';
import type { InstallJob } from '../../machines/install-run.ts';
import { planOf } from '../../machines/power/switch-each.ts';
import { machineKey } from '../../model/machine-key.ts';
import type { CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { tellPlan } from '../power/switch-machines.ts';
import { endJson } from './tell-ends.ts';

/** The dry run: who would be installed, and how each would be switched on. */
export function tellOrder(
  project: Project,
  jobs: readonly InstallJob[],
  { output, options }: Pick<CommandContext<{ readonly json?: boolean }>, 'output' | 'options'>,
): number {
  const place = powerPlace(project);
  const orders = jobs.map((job) => {
    const machine = project.config.machines.find((one) => machineKey(one) === job.key);
    return { job, plan: machine?.power && planOf(machine, 'restart-network', place) };
  });
  if (options.json === true) {
    const machines = orders.map(({ job, plan }) => ({
      ...endJson(job),
      ...{ why: plan?.error ?? null, power: plan?.would ?? null },
    }));
    output.json({ schema: 'pxectl.install/1', dryRun: true, machines });
  } else {
    for (const { job, plan } of orders) {
      output.data(`would install ${job.name} (${job.key})`);
      if (plan !== undefined) tellPlan(plan, output);
    }
  }
  return orders.every(({ plan }) => (plan?.error ?? null) === null) ? EXIT.ok : EXIT.failure;
}
