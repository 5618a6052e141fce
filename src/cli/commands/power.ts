import type { Command } from 'commander';
import type { PowerVerb } from '../../machines/power/power-verbs.ts';
import { commandAction, type CommandContext } from '../cli.ts';
import { addSelection } from '../machines/selection.ts';
import type { PowerOptions } from '../power/switch-machines.ts';

const VERBS: readonly { readonly name: PowerVerb; readonly what: string; readonly asks: boolean }[] = [
  { name: 'on', what: 'switch machines on', asks: false },
  { name: 'off', what: 'switch machines off at once, as the button held down does', asks: true },
  { name: 'restart', what: 'switch machines off and on', asks: true },
  { name: 'state', what: 'which machines are on', asks: false },
  { name: 'boot-network', what: 'the next boot, and that alone, is from the network', asks: false },
];

/** `pxectl power on|off|restart|state|boot-network` */
export function registerPower(program: Command): void {
  const power = program.command('power').description('switch machines on and off, and see which are on');
  for (const { name, what, asks } of VERBS) {
    const command = addSelection(
      power.command(name).description(what).argument('[machines...]', 'names or MAC addresses'),
    );
    if (asks) command.option('-y, --yes', 'do not ask');
    if (name !== 'state') command.option('--dry-run', 'say what would be sent to which controller');
    command.option('--json', 'one JSON object on stdout').action(
      commandAction(async (context: CommandContext<PowerOptions>) => {
        const { switchMachines } = await import('../power/switch-machines.ts');
        return switchMachines(context, name, asks);
      }),
    );
  }
}
