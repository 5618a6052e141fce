import { resolve } from 'node:path';
import { editMachines } from '../../machines/config-file/edit-machines.ts';
import { nameFromMac } from '../../machines/machine-names.ts';
import { loadProject } from '../../engine/project.ts';
import { usageError } from '../../model/errors.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { sayConfigEdit } from '../say-config-edit.ts';
import { EXIT } from '../exit-codes.ts';
import { seedForConfig, tellSeeds } from '../install-seeds.ts';
import { dropOrders } from './drop-orders.ts';
import { readMacs } from './read-macs.ts';
import { armWarning, setArmedByUser } from './set-armed.ts';

export interface AddOptions {
  readonly name?: string;
  readonly image?: string;
  readonly profile?: string;
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
  if (options.name !== undefined && macs.length > 1) {
    throw usageError({
      what: '--name is for one machine, and there are several addresses',
      next: 'add them one by one, or without --name: each is then called after its address',
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
  const seed = options.seed === undefined ? undefined : await seedForConfig(options.seed, configPath);
  const machines = macs.map((mac) => ({
    mac,
    name: options.name ?? nameFromMac(mac),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.image === undefined ? {} : { image: options.image }),
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
    const names = machines.map(({ name }) => name);
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
  output.progress(`${macs.join(', ')} added to ${configPath}; a running pxectl takes it with: pxectl reload`);
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
