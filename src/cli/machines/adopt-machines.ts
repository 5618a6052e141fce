import { loadProject } from '../../engine/project.ts';
import { readLiveSession } from '../../engine/session-record.ts';
import { askControl } from '../../control/control-client.ts';
import { adoptMachines as adopt, planAdoption, seenOnly } from '../../machines/adopt-machines.ts';
import { readInventory } from '../../machines/inventory/inventory-file.ts';
import { messageOf, usageError } from '../../model/errors.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import { listNames } from '../install-seeds.ts';
import { showConfigEdit } from '../say-config-edit.ts';
import { bootKeys, type BootOptions } from './boot-options.ts';
import { dropOrders } from './drop-orders.ts';
import { readMacs } from './read-macs.ts';

export interface AdoptOptions extends BootOptions {
  readonly all?: boolean;
  readonly name?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `pxectl machines adopt MAC…`: machines that were seen become machines of the configuration, and boot as such at once. */
export async function adoptMachines(context: CommandContext<AdoptOptions>): Promise<number> {
  const { output, options, args } = context;
  if ((options.all === true) === args.length > 0) {
    throw usageError({
      what: args.length > 0 ? 'addresses and --all exclude each other' : 'which machines?',
      next: 'name their MAC addresses, or give --all; pxectl machines --unknown lists who was seen',
    });
  }
  const { config, configPath, layout } = await loadProject(requestedConfigPath(options));
  const seen = await readInventory(layout);
  const machines = planAdoption({
    ...{ configPath, config, name: options.name, keys: bootKeys(options), seen },
    macs: options.all === true ? undefined : readMacs(args),
  });
  const passing = options.all === true ? seenOnly(config, seen) : [];
  if (passing.length > 0) {
    output.warn(
      `not taken, since they asked and read nothing of a boot: ${listNames(passing)}; to take one all the same, name it`,
    );
  }
  const isDryRun = options.dryRun === true;
  const isJson = options.json === true;
  if (options.all === true && !isDryRun && machines.length > 0) {
    const named = listNames(machines.map((machine) => `${machine.mac} as ${machine.name}`));
    const what = `${machines.length} machines are added to ${configPath}: ${named}`;
    await confirm({ ...context, isYes: options.yes === true, isJson, what });
  }
  const edit = machines.length === 0 ? undefined : await adopt(configPath, machines, isDryRun);
  const isWritten = edit !== undefined && !isDryRun;
  // an order for a machine of this address that was in the file before is none for this one
  if (isWritten) await dropOrders(layout, machines);
  const taken = isWritten ? await takeUp(layout) : undefined;
  if (isJson) {
    output.json({
      ...{ schema: 'pxectl.machines.adopt/1', changed: isWritten, machines, diff: edit?.diff ?? '' },
      isInForce: taken === 'in force',
    });
  } else if (edit === undefined) output.progress('nobody was seen who is no machine already');
  else showConfigEdit(output, edit, isDryRun);
  if (taken === undefined) return EXIT.ok;
  const who = listNames(machines.map((machine) => machine.name));
  if (taken === 'not up') output.progress(`${who} added to ${configPath}; pxectl is not up here`);
  else if (taken === 'in force')
    output.progress(`${who} added, and in force: who waits boots within seconds`);
  else {
    output.warn(`${who} added to ${configPath}, and the running pxectl does not take it: ${taken.refused}`);
    return EXIT.failure;
  }
  return EXIT.ok;
}

/** A running pxectl reads the file at once: machines wait for it. */
async function takeUp(layout: StateLayout): Promise<'in force' | 'not up' | { readonly refused: string }> {
  const session = await readLiveSession(layout);
  if (session === undefined) return 'not up';
  const question = { layout, pid: session.process.pid, command: 'pxectl reload' };
  try {
    await askControl('reload', {}, question);
    return 'in force';
  } catch (error) {
    return { refused: messageOf(error) };
  }
}
