import { editMachines } from '../../machines/config-file/edit-machines.ts';
import { loadProject } from '../../engine/project.ts';
import { selectMachines, wordOf } from '../../model/find-machines.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { sayConfigEdit } from '../say-config-edit.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import { dropOrders } from './drop-orders.ts';
import { isUnnamed, type SelectionOptions } from './selection.ts';

export interface RemoveOptions extends SelectionOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `pxectl machines rm NAME…`: all of them, or none. */
export async function removeMachines(context: CommandContext<RemoveOptions>): Promise<number> {
  const { output, options, args } = context;
  const { config, configPath, layout } = await loadProject(requestedConfigPath(options));
  const machines = selectMachines(config, { names: args, profile: options.profile, all: options.all });
  const isDryRun = options.dryRun === true;
  if (isUnnamed(options) && !isDryRun) {
    const what = `${machines.length} machines are taken out of ${configPath}`;
    await confirm({ ...context, isYes: options.yes === true, isJson: options.json === true, what });
  }
  // an order goes with its machine, and before it: one of this address that comes later is another
  if (!isDryRun) await dropOrders(layout, machines);
  const edit = await editMachines(
    configPath,
    isDryRun,
    machines.map((machine) => ({ kind: 'remove', word: wordOf(machine) })),
  );
  const { text } = edit;
  const names = machines.map(({ name }) => name);
  if (options.json) {
    const removed = machines.map(({ name, mac }) => ({ name, mac }));
    output.json({
      schema: 'pxectl.machines.rm/1',
      changed: !isDryRun,
      machines: removed,
      ...(isDryRun ? { text } : {}),
    });
  } else if (isDryRun) output.data(text.trimEnd());
  sayConfigEdit(output, edit);
  if (!isDryRun) {
    output.progress(
      `${names.join(', ')} taken out of ${configPath}; a running pxectl takes it with: pxectl reload`,
    );
  }
  return EXIT.ok;
}
