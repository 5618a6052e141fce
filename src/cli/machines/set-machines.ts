import { planSet, setMachines as set } from '../../machines/set-machines.ts';
import { loadProject } from '../../engine/project.ts';
import { selectMachines } from '../../model/find-machines.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import { showConfigEdit } from '../say-config-edit.ts';
import { dropOrders } from './drop-orders.ts';
import { isUnnamed, type SelectionOptions } from './selection.ts';

export interface SetOptions extends SelectionOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `pxectl machines set NAME… KEY=VALUE…`: all of them, or none. */
export async function setMachines(context: CommandContext<SetOptions>): Promise<number> {
  const { output, options, args } = context;
  const names = args.filter((word) => !word.includes('='));
  const { config, configPath, layout } = await loadProject(requestedConfigPath(options));
  const machines = selectMachines(config, { names, profile: options.profile, all: options.all });
  const words = args.filter((word) => word.includes('='));
  const plan = await planSet({ configPath, machines, words, from: process.cwd() });
  const isDryRun = options.dryRun === true;
  if (isUnnamed(options) && !isDryRun) {
    const what = `${machines.length} machines are changed: ${args.join(' ')}`;
    await confirm({ ...context, isYes: options.yes === true, isJson: options.json === true, what });
  }
  const edit = await set(configPath, plan, isDryRun);
  if (!isDryRun) await dropOrders(layout, plan.renumbered);
  const changed = edit.diff !== '' && !isDryRun;
  if (options.json) {
    const told = machines.map(({ name, mac }) => ({ name, mac }));
    output.json({ schema: 'pxectl.machines.set/1', changed, machines: told, diff: edit.diff });
    return EXIT.ok;
  }
  showConfigEdit(output, edit, isDryRun);
  if (changed) {
    const who =
      machines.length > 10 ? `${machines.length} machines` : machines.map(({ name }) => name).join(', ');
    output.progress(`${who} changed in ${configPath}; a running pxectl takes it with: pxectl reload`);
  } else if (!isDryRun) output.progress('they say that already: nothing is changed');
  return EXIT.ok;
}
