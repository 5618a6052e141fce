import type { Command } from 'commander';
import { commandAction, requestedConfigPath, type CommandContext, type GlobalOptions } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { formatTable } from '../table.ts';

interface AddOptions {
  readonly name?: string;
  readonly image?: string;
  readonly seed?: string;
  readonly always?: boolean;
  readonly secureBoot?: boolean;
  readonly dryRun?: boolean;
}

/** `pxectl machines`, `add`, `rm`, `arm`, `disarm` */
export function registerMachines(program: Command): void {
  const machines = program
    .command('machines')
    .description('machines with a profile of their own')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(listMachines));
  machines
    .command('add')
    .description('add a machine to pxectl.yaml')
    .argument('<mac>', 'its MAC address')
    .option('--name <name>', 'what to call it')
    .option('--image <image>', 'image to boot, or local')
    .option('--seed <file>', 'install unattended with this seed, once: it can wipe the disk')
    .option('--always', 'with --seed: install at every boot')
    .option('--secure-boot', 'its firmware has Secure Boot on')
    .option('--dry-run', 'print the changed file, write nothing')
    .action(commandAction(addMachine));
  machines
    .command('rm')
    .description('take a machine out of pxectl.yaml')
    .argument('<machine>', 'name or MAC address')
    .option('--dry-run', 'print the changed file, write nothing')
    .action(commandAction(removeMachine));
  for (const verb of ['arm', 'disarm'] as const) {
    machines
      .command(verb)
      .description(
        verb === 'arm' ? 'let the next boot install unattended' : 'boot without the unattended install',
      )
      .argument('<machine>', 'name or MAC address')
      .option('--dry-run', 'say what would change')
      .action(
        commandAction((context: CommandContext<{ readonly dryRun?: boolean }>) =>
          setArmedByUser(context, verb),
        ),
      );
  }
}

async function listMachines(context: CommandContext<GlobalOptions>): Promise<number> {
  const { output, options } = context;
  const { loadProject } = await import('../../engine/project.ts');
  const { config } = await loadProject(requestedConfigPath(options));
  if (options.json) {
    output.json({ schema: 'pxectl.machines/1', machines: config.machines });
    return EXIT.ok;
  }
  if (config.machines.length === 0) {
    output.progress(
      `no machine has a profile: all boot ${config.boot.default}; pxectl machines add MAC adds one`,
    );
    return EXIT.ok;
  }
  output.data(
    formatTable(
      ['NAME', 'MAC OR UUID', 'IMAGE', 'INSTALL', 'SECURE BOOT'],
      config.machines.map((machine) => [
        machine.name,
        machine.mac ?? machine.uuid ?? '',
        machine.image ?? `${config.boot.default} (default)`,
        machine.install
          ? `${machine.isArmed ? 'armed' : 'disarmed'}${machine.install.once ? '' : ', always'}`
          : '-',
        machine.secureBoot ? 'yes' : '-',
      ]),
    ),
  );
  return EXIT.ok;
}

async function addMachine(context: CommandContext<AddOptions>): Promise<number> {
  const { output, options, args } = context;
  const { editMachines } = await import('../edit-machines.ts');
  const { loadProject } = await import('../../engine/project.ts');
  const { readMachineState } = await import('../../engine/machine-state.ts');
  const { parseMac } = await import('../../protocol/addresses.ts');
  const { usageError } = await import('../../model/errors.ts');
  const { seedForConfig } = await import('../install-seeds.ts');
  const mac = parseMac(args[0] ?? '');
  if (mac === undefined) {
    throw usageError({ what: `${args[0]} is not a MAC address`, why: 'it looks like f4:4d:30:00:00:01' });
  }
  if (options.always && options.seed === undefined) {
    throw usageError({
      what: '--always needs --seed',
      next: `pxectl machines add ${mac} --seed FILE --always`,
    });
  }
  const { configPath, layout } = await loadProject(requestedConfigPath(options));
  const seed = options.seed === undefined ? undefined : await seedForConfig(options.seed, configPath);
  const text = await editMachines(configPath, options.dryRun === true, {
    kind: 'add',
    machine: {
      mac,
      name: options.name ?? `node-${mac.slice(-8).replaceAll(':', '')}`,
      ...(options.image === undefined ? {} : { image: options.image }),
      ...(seed === undefined ? {} : { install: { seed, once: options.always !== true } }),
      ...(options.secureBoot === undefined ? {} : { secureBoot: true }),
    },
  });
  if (options.dryRun) {
    output.data(text.trimEnd());
    return EXIT.ok;
  }
  output.progress(`${mac} added to ${configPath}; a running pxectl takes it with: pxectl reload`);
  // a machine of this address was installed or disarmed before it was taken out
  if (seed !== undefined && mac in (await readMachineState(layout)).disarmed)
    output.progress(`its install is disarmed from before; pxectl machines arm ${mac} allows it again`);
  return EXIT.ok;
}

async function removeMachine(context: CommandContext<{ readonly dryRun?: boolean }>): Promise<number> {
  const { output, options, args } = context;
  const { editMachines } = await import('../edit-machines.ts');
  const { loadProject } = await import('../../engine/project.ts');
  const { configPath } = await loadProject(requestedConfigPath(options));
  const text = await editMachines(configPath, options.dryRun === true, {
    kind: 'remove',
    nameOrMac: args[0] ?? '',
  });
  if (options.dryRun) output.data(text.trimEnd());
  else
    output.progress(`${args[0]} taken out of ${configPath}; a running pxectl takes it with: pxectl reload`);
  return EXIT.ok;
}

async function setArmedByUser(
  context: CommandContext<{ readonly dryRun?: boolean }>,
  verb: 'arm' | 'disarm',
): Promise<number> {
  const { output, options, args } = context;
  const { loadProject } = await import('../../engine/project.ts');
  const { setArmed } = await import('../../engine/machine-state.ts');
  const { readLiveSession } = await import('../../engine/session-record.ts');
  const { askControl } = await import('../../control/control-client.ts');
  const { usageError } = await import('../../model/errors.ts');
  const { parseMac } = await import('../../protocol/addresses.ts');
  const project = await loadProject(requestedConfigPath(options));
  const wanted = args[0] ?? '';
  const machine = project.config.machines.find((m) => m.name === wanted || m.mac === parseMac(wanted));
  if (machine === undefined) {
    throw usageError({ what: `there is no machine ${wanted}`, next: 'pxectl machines lists them' });
  }
  if (machine.mac === undefined || machine.install === undefined) {
    throw usageError({
      what: `${wanted} has no install seed: there is nothing to ${verb}`,
      next: `give it one in ${project.configPath}: install: { seed: FILE }`,
    });
  }
  if (options.dryRun) {
    output.data(`would ${verb} ${machine.name} (${machine.mac})`);
    return EXIT.ok;
  }
  await setArmed(project.layout, machine.mac, verb === 'arm', new Date().toISOString());
  const session = await readLiveSession(project.layout);
  output.progress(
    verb === 'arm'
      ? `${machine.name} is armed: its next network boot installs unattended and may wipe its disk`
      : `${machine.name} is disarmed`,
  );
  // last: what is armed is written, even where the running pxectl may not be told of it
  if (session) {
    const { layout } = project;
    await askControl('reload', {}, { layout, pid: session.process.pid, command: 'pxectl reload' });
  }
  return EXIT.ok;
}
