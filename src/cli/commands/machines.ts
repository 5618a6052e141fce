import { Option, type Command } from 'commander';
import { LIST_FORMATS } from '../../machines/lists/machine-list.ts';
import { commandAction, type CommandContext } from '../cli.ts';
import type { AdoptOptions } from '../machines/adopt-machines.ts';
import type { AddOptions } from '../machines/add-machines.ts';
import type { RemoveOptions } from '../machines/remove-machines.ts';
import type { SetArmedOptions } from '../machines/set-armed.ts';
import type { ExportOptions } from '../machines/export-machines.ts';
import type { ImportOptions } from '../machines/import-machines.ts';
import { addBootOptions } from '../machines/boot-options.ts';
import { SORT_KEYS, type ListOptions } from '../machines/list-options.ts';
import { addSelection, type SelectionOptions } from '../machines/selection.ts';
import type { SetOptions } from '../machines/set-machines.ts';

/** `pxectl machines` and its verbs */
export function registerMachines(program: Command): void {
  const machines = program
    .command('machines')
    .description('the machines of pxectl.yaml: profile, state, stage of the last boot, finding')
    .addOption(new Option('--sort <column>', 'in the order of this column').choices(SORT_KEYS))
    .option('--unknown', 'those alone that were seen and are not in the file')
    .option('--json', 'one JSON object on stdout')
    .action(
      commandAction(async (context: CommandContext<ListOptions>) => {
        const { listMachines } = await import('../machines/list-machines.ts');
        return listMachines(context);
      }),
    );
  registerLists(machines);
  addBootOptions(
    machines
      .command('add')
      .description('add machines to pxectl.yaml; all of them, or none')
      .argument('[macs...]', 'their MAC addresses, in any spelling')
      .option('--name <pattern>', 'what to call it; for several with # for the number: pc-##')
      .option('--uuid <uuid>', 'UUID of its SMBIOS, beside its address or instead (one machine only)')
      .option('--serial <number>', 'serial number of its SMBIOS, in the same way'),
  )
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
  addBootOptions(
    machines
      .command('adopt')
      .description(
        'add machines that were seen to pxectl.yaml, and have a running pxectl boot them so at once',
      )
      .argument('[macs...]', 'their MAC addresses, as `machines --unknown` lists them')
      .option('--all', 'everyone who was seen, in the order in which they came')
      .option('--name <pattern>', 'what to call it; for several with # for the number: pc-##'),
  )
    .option('-y, --yes', 'with --all: do not ask')
    .option('--dry-run', 'print the difference, write nothing')
    .option('--json', 'one JSON object on stdout')
    .action(
      commandAction(async (context: CommandContext<AdoptOptions>) => {
        const { adoptMachines } = await import('../machines/adopt-machines.ts');
        return adoptMachines(context);
      }),
    );
  addSelection(
    machines
      .command('rm')
      .description('take machines out of pxectl.yaml; all of them, or none')
      .argument('[machines...]', 'names or MAC addresses'),
  )
    .option('-y, --yes', 'with --profile or --all: do not ask')
    .option('--dry-run', 'print the changed file, write nothing')
    .option('--json', 'one JSON object on stdout')
    .action(
      commandAction(async (context: CommandContext<RemoveOptions>) => {
        const { removeMachines } = await import('../machines/remove-machines.ts');
        return removeMachines(context);
      }),
    );
  for (const verb of ['arm', 'disarm'] as const) {
    const command = addSelection(machines.command(verb))
      .description(
        verb === 'arm' ? 'let the next boot install unattended' : 'boot without the unattended install',
      )
      .argument('[machines...]', 'names or MAC addresses; all of them are changed, or none')
      .option('--dry-run', 'say what would change')
      .option('--json', 'one JSON object on stdout')
      .action(
        commandAction(async (context: CommandContext<SetArmedOptions & SelectionOptions>) => {
          const { setArmedByUser } = await import('../machines/set-armed.ts');
          const { withInstallableNames } = await import('../machines/installable-names.ts');
          return setArmedByUser(await withInstallableNames(context), verb);
        }),
      );
    if (verb === 'arm') {
      command
        .option('-y, --yes', 'do not ask')
        .option('--always', 'every network boot installs (only with install.once: false)');
    }
  }
}

function registerLists(machines: Command): void {
  addSelection(
    machines
      .command('set')
      .description('change machines in pxectl.yaml: NAME… KEY=VALUE…; all of them, or none')
      .argument(
        '<words...>',
        'names, MAC addresses, UUIDs or serial numbers; and image=debian-12, vars.disk=/dev/sda',
      ),
  )
    .option('-y, --yes', 'with --profile or --all: do not ask')
    .option('--dry-run', 'print the difference, write nothing')
    .option('--json', 'one JSON object on stdout')
    .action(
      commandAction(async (context: CommandContext<SetOptions>) => {
        const { setMachines } = await import('../machines/set-machines.ts');
        return setMachines(context);
      }),
    );
  addSelection(
    machines
      .command('show')
      .description('all that is known of machines, and which lines of pxectl.yaml say so')
      .argument('[machines...]', 'names, MAC addresses, UUIDs or serial numbers'),
  )
    .option('--json', 'one JSON object on stdout')
    .action(
      commandAction(async (context: CommandContext<SelectionOptions>) => {
        const { showMachines } = await import('../machines/show-machines.ts');
        return showMachines(context);
      }),
    );
  machines
    .command('import')
    .description('take a list of machines over into pxectl.yaml; all of it, or nothing')
    .argument('<file>', 'CSV, YAML or JSON, host declarations of ISC dhcpd, dhcp-host lines of dnsmasq')
    .addOption(new Option('--format <format>', 'what the file is, if that is not seen').choices(LIST_FORMATS))
    .option('--profile <profile>', 'for machines whose line names none')
    .option('--yes', 'do not ask before passwords go where none has gone yet (`power.host`)')
    .option('--dry-run', 'print the difference, write nothing')
    .option('--json', 'one JSON object on stdout')
    .action(
      commandAction(async (context: CommandContext<ImportOptions>) => {
        const { importMachines } = await import('../machines/import-machines.ts');
        return importMachines(context);
      }),
    );
  addSelection(
    machines
      .command('export')
      .description('print machines as `machines import` reads them; all, where none is named')
      .argument('[machines...]', 'names, MAC addresses, UUIDs or serial numbers'),
  )
    .addOption(new Option('--format <format>', 'csv unless given').choices(['csv', 'yaml', 'json']))
    .option('--json', 'as --format json')
    .action(
      commandAction(async (context: CommandContext<ExportOptions>) => {
        const { exportMachines } = await import('../machines/export-machines.ts');
        return exportMachines(context);
      }),
    );
}
