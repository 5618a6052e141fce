import { powerPlace } from '../../engine/power-place.ts';
import { loadProject } from '../../engine/project.ts';
import { planOf, switchEach, type PowerPlan } from '../../machines/power/switch-each.ts';
import type { PowerVerb } from '../../machines/power/power-verbs.ts';
import { usageError } from '../../model/errors.ts';
import { selectMachines } from '../../model/find-machines.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { isUnnamed, type SelectionOptions } from '../machines/selection.ts';

export interface PowerOptions extends SelectionOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** `pxectl power VERB NAME…`: each machine by itself; one that fails holds nobody up. */
export async function switchMachines(
  context: CommandContext<PowerOptions>,
  verb: PowerVerb,
  asks: boolean,
): Promise<number> {
  const { output, options, args, signal } = context;
  const project = await loadProject(requestedConfigPath(options));
  const meant = selectMachines(project.config, { names: args, profile: options.profile, all: options.all });
  const machines = isUnnamed(options) ? meant.filter(({ power }) => power !== undefined) : meant;
  if (machines.length === 0) {
    throw usageError({
      what: 'none of these machines has a power',
      next: 'give the profile, or each machine, a power: { type: … } in pxectl.yaml',
    });
  }
  if (meant.length > machines.length) {
    output.progress(`${meant.length - machines.length} of ${meant.length} machines have no power: left out`);
  }
  if (options.dryRun === true) {
    const plans = machines.map((machine) => planOf(machine, verb, powerPlace(project)));
    if (options.json === true) output.json({ schema: 'pxectl.power/1', dryRun: true, verb, machines: plans });
    else for (const plan of plans) tellPlan(plan, output);
    return plans.every(({ error }) => error === null) ? EXIT.ok : EXIT.failure;
  }
  if (asks) {
    const what = `${machines.map(({ name }) => name).join(', ')}: what runs there ends at once (power ${verb})`;
    await confirm({ output, signal, isYes: options.yes === true, isJson: options.json === true, what });
  }
  const ends = await switchEach(machines, verb, { ...powerPlace(project), signal }, (end) => {
    if (options.json === true) return;
    if (end.error === null) output.data(`${end.name}: ${end.state}`);
    else output.progress(`${end.name}: ${end.error}`);
  });
  if (options.json === true) output.json({ schema: 'pxectl.power/1', verb, machines: ends });
  if (signal.aborted) return EXIT.interrupted;
  return ends.every(({ error }) => error === null) ? EXIT.ok : EXIT.failure;
}

/** What would be sent for one machine, a line each. */
export function tellPlan({ name, would, error }: PowerPlan, output: Output): void {
  for (const line of would) output.data(`${name}: would send ${line}`);
  if (error !== null) output.progress(`${name}: ${error}`);
}
