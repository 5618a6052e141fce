import { editMachines } from '../../machines/config-file/edit-machines.ts';
import { IDENTITY_KEYS, readAssignment, type Assignment } from '../../machines/config-file/machine-entry.ts';
import { loadProject } from '../../engine/project.ts';
import { usageError } from '../../model/errors.ts';
import { selectMachines, wordOf } from '../../model/find-machines.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import { seedForConfig } from '../install-seeds.ts';
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
  const project = await loadProject(requestedConfigPath(options));
  const { config, configPath, layout } = project;
  const machines = selectMachines(config, { names, profile: options.profile, all: options.all });
  const assignments = await readAssignments(
    args.filter((word) => word.includes('=')),
    configPath,
  );
  const identity = assignments.find(({ path }) => IDENTITY_KEYS.includes(path[0] ?? ''));
  if (identity !== undefined && machines.length > 1) {
    throw usageError({
      what: `${identity.path.join('.')}= is for one machine, and these are ${machines.length}`,
      next: 'set it one by one',
    });
  }
  const isDryRun = options.dryRun === true;
  if (isUnnamed(options) && !isDryRun) {
    const what = `${machines.length} machines are changed: ${args.join(' ')}`;
    await confirm({ ...context, isYes: options.yes === true, isJson: options.json === true, what });
  }
  const edit = await editMachines(
    configPath,
    isDryRun,
    machines.map((machine) => ({ kind: 'set', word: wordOf(machine), assignments })),
  );
  // an order is for the address, UUID or serial number that it was given for
  const isOther = identity?.path[0] === 'mac' || machines.some(({ mac }) => mac === undefined);
  if (!isDryRun && identity !== undefined && identity.path[0] !== 'name' && isOther)
    await dropOrders(layout, machines);
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

/** @throws PxectlError E_USAGE that lists everything that is wrong */
async function readAssignments(words: readonly string[], configPath: string): Promise<readonly Assignment[]> {
  if (words.length === 0) {
    throw usageError({
      what: 'there is nothing to set',
      next: 'pxectl machines set NAME image=debian-12 vars.disk=/dev/sda; KEY= takes a value out',
    });
  }
  const read = words.map((word) => {
    const at = word.indexOf('=');
    return readAssignment(word.slice(0, at), word.slice(at + 1));
  });
  const [first, ...others] = read.flatMap((one) => ('what' in one ? [one] : []));
  if (first !== undefined) {
    throw usageError({
      what: first.what,
      why: [first.why, ...others.map(({ what, why }) => `also ${what}: ${why}`)].join('\n'),
    });
  }
  return Promise.all(
    read
      .flatMap((one) => ('assignment' in one ? [one.assignment] : []))
      .map(async (one): Promise<Assignment> => {
        if (one.path.join('.') !== 'install.seed' || typeof one.value !== 'string') return one;
        return { ...one, value: await seedForConfig(one.value, configPath) };
      }),
  );
}
