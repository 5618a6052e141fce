import { resolve } from 'node:path';
import { editMachines } from '../../machines/config-file/edit-machines.ts';
import { seedForConfig } from '../../machines/config-file/seed-path.ts';
import { namesFrom } from '../../machines/machine-names.ts';
import { loadProject } from '../../engine/project.ts';
import { usageError } from '../../model/errors.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { sayConfigEdit } from '../say-config-edit.ts';
import { EXIT } from '../exit-codes.ts';
import { listNames, tellSeeds } from '../install-seeds.ts';
import { bootKeys, type BootOptions } from './boot-options.ts';
import { dropOrders } from './drop-orders.ts';
import { readMacs } from './read-macs.ts';
import { armWarning, setArmedByUser } from './set-armed.ts';

export interface AddOptions extends BootOptions {
  readonly name?: string;
  readonly uuid?: string;
  readonly serial?: string;
  readonly seed?: string;
  readonly arm?: boolean;
  readonly always?: boolean;
  readonly yes?: boolean;
  readonly secureBoot?: boolean;
  readonly dryRun?: boolean;
}

/** `pxectl machines add MAC…`: all of them, or none. */
export async function addMachines(context: CommandContext<AddOptions>): Promise<number> {
  const { output, options, args } = context;
  const macs = readMacs(args);
  const { uuid, serial } = options;
  const isByAnother = uuid !== undefined || serial !== undefined;
  if (isByAnother ? macs.length > 1 : macs.length === 0) {
    throw usageError({
      what: macs.length === 0 ? 'which machine?' : '--uuid and --serial are for one machine',
      next: 'give its MAC address, --uuid or --serial; several addresses are several machines',
    });
  }
  if (macs.length === 0 && options.name === undefined) {
    throw usageError({
      what: 'a machine without a MAC address needs --name',
      next: `pxectl machines add ${uuid === undefined ? `--serial '${serial}'` : `--uuid ${uuid}`} --name NAME`,
    });
  }
  for (const option of ['always', 'arm'] as const) {
    if (options[option] !== true || options.seed !== undefined) continue;
    throw usageError({
      what: `--${option} needs --seed`,
      next: `pxectl machines add ${macs.join(' ')} --seed FILE --${option}`,
    });
  }
  const project = await loadProject(requestedConfigPath(options));
  const { configPath } = project;
  const seed =
    options.seed === undefined ? undefined : await seedForConfig(options.seed, configPath, process.cwd());
  const taken = project.config.machines.map(({ name }) => name);
  const names = namesFrom(options.name, macs, taken);
  const machines = (macs.length === 0 ? [undefined] : macs).map((mac, index) => ({
    ...(mac === undefined ? {} : { mac }),
    ...(uuid === undefined ? {} : { uuid }),
    ...(serial === undefined ? {} : { serial }),
    name: names[index] ?? options.name ?? '',
    ...bootKeys(options),
    ...(seed === undefined ? {} : { install: { seed, once: options.always !== true } }),
    ...(options.secureBoot === undefined ? {} : { secureBoot: true }),
  }));
  const isDryRun = options.dryRun === true;
  if (options.seed !== undefined) {
    const install = { seed: resolve(options.seed), once: true };
    const seeds = machines.map((machine) => ({ ...machine, vars: project.config.vars, install }));
    await tellSeeds(project, seeds, { output, isRefused: options.arm === true });
  }
  if (options.arm === true && !isDryRun) {
    const asked = { isYes: options.yes === true, isJson: options.json === true };
    await confirm({ ...context, ...asked, what: armWarning(names, options.always === true) });
  }
  const edit = await editMachines(
    configPath,
    isDryRun,
    machines.map((machine) => ({ kind: 'add', machine })),
  );
  // an order for a machine of this address that was in the file before is none for this one
  if (!isDryRun) await dropOrders(project.layout, machines);
  const { text } = edit;
  if (options.json) {
    const changed = !isDryRun;
    output.json({ schema: 'pxectl.machines.add/1', changed, machines, ...(isDryRun ? { text } : {}) });
  } else if (isDryRun) output.data(text.trimEnd());
  sayConfigEdit(output, edit);
  if (isDryRun) return EXIT.ok;
  output.progress(
    `${listNames(macs.length === 0 ? [options.name ?? ''] : macs)} added to ${configPath}; a running pxectl takes it with: pxectl reload`,
  );
  if (options.arm) {
    const { json: _, always, ...rest } = options;
    return setArmedByUser(
      { ...context, args: macs, options: { ...rest, yes: true, ...(always ? { always } : {}) } },
      'arm',
    );
  }
  if (seed !== undefined) {
    output.progress(
      `nothing installs yet: pxectl machines arm ${macs.join(' ')} lets the next network boot do so`,
    );
  }
  return EXIT.ok;
}
