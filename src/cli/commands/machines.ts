import type { Command } from 'commander';
import { commandAction, requestedConfigPath, type CommandContext, type GlobalOptions } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import type { AddOptions } from '../machines/add-machines.ts';
import type { SetArmedOptions } from '../machines/set-armed.ts';
import { formatTable } from '../table.ts';

/** `pxectl machines`, `add`, `rm`, `arm`, `disarm` */
export function registerMachines(program: Command): void {
  const machines = program
    .command('machines')
    .description('machines with a profile of their own')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(listMachines));
  machines
    .command('add')
    .description('add machines to pxectl.yaml; all of them, or none')
    .argument('<macs...>', 'their MAC addresses')
    .option('--name <name>', 'what to call it (one machine only)')
    .option('--image <image>', 'image to boot, or local')
    .option('--seed <file>', 'seed of its unattended install, which nothing starts before it is armed')
    .option('--arm', 'with --seed: let its next network boot install, which can wipe the disk')
    .option('-y, --yes', 'with --arm: do not ask')
    .option('--always', 'with --seed: allow `machines arm --always`, an install at every boot')
    .option('--secure-boot', 'its firmware has Secure Boot on')
    .option('--dry-run', 'print the changed file, write nothing')
    .option('--json', 'one JSON object on stdout')
    .action(
      commandAction(async (context: CommandContext<AddOptions>) => {
        const { addMachines } = await import('../machines/add-machines.ts');
        return addMachines(context);
      }),
    );
  machines
    .command('rm')
    .description('take machines out of pxectl.yaml; all of them, or none')
    .argument('<machines...>', 'names or MAC addresses')
    .option('--dry-run', 'print the changed file, write nothing')
    .option('--json', 'one JSON object on stdout')
    .action(
      commandAction(async (context: CommandContext<{ readonly dryRun?: boolean }>) => {
        const { removeMachines } = await import('../machines/remove-machines.ts');
        return removeMachines(context);
      }),
    );
  for (const verb of ['arm', 'disarm'] as const) {
    const command = machines
      .command(verb)
      .description(
        verb === 'arm' ? 'let the next boot install unattended' : 'boot without the unattended install',
      )
      .argument('<machines...>', 'names or MAC addresses; all of them are changed, or none')
      .option('--dry-run', 'say what would change')
      .option('--json', 'one JSON object on stdout')
      .action(
        commandAction(async (context: CommandContext<SetArmedOptions>) => {
          const { setArmedByUser } = await import('../machines/set-armed.ts');
          return setArmedByUser(context, verb);
        }),
      );
    if (verb === 'arm') {
      command
        .option('-y, --yes', 'do not ask')
        .option('--always', 'every network boot installs (only with install.once: false)');
    }
  }
}

async function listMachines(context: CommandContext<GlobalOptions>): Promise<number> {
  const { output, options } = context;
  const { loadProject } = await import('../../engine/project.ts');
  const { installStateText } = await import('../install-state-text.ts');
  const { config, stateProblem } = await loadProject(requestedConfigPath(options));
  if (stateProblem !== undefined) output.warn(stateProblem);
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
        installStateText(machine),
        machine.secureBoot ? 'yes' : '-',
      ]),
    ),
  );
  return EXIT.ok;
}
