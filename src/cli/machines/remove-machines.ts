import { loadProject } from '../../engine/project.ts';
import { findMachines } from '../../model/find-machines.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { sayConfigEdit } from '../edit-config.ts';
import { editMachines } from '../edit-machines.ts';
import { EXIT } from '../exit-codes.ts';
import { dropOrders } from './drop-orders.ts';

/** `pxectl machines rm NAME…`: all of them, or none. */
export async function removeMachines(
  context: CommandContext<{ readonly dryRun?: boolean }>,
): Promise<number> {
  const { output, options, args } = context;
  const { config, configPath, layout } = await loadProject(requestedConfigPath(options));
  const machines = findMachines(config, args);
  const isDryRun = options.dryRun === true;
  // an order goes with its machine, and before it: one of this address that comes later is another
  if (!isDryRun) await dropOrders(layout, machines);
  const edit = await editMachines(
    configPath,
    isDryRun,
    machines.map(({ mac, name }) => ({ kind: 'remove', nameOrMac: mac ?? name })),
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
