import { loadProject } from '../../engine/project.ts';
import { readInventory } from '../../machines/inventory/inventory-file.ts';
import { settingsExplainer } from '../../model/explain-settings.ts';
import { lifeOf } from '../../model/life-cycle.ts';
import { selectMachines } from '../../model/find-machines.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { stateText } from '../install-state-text.ts';
import { describeSettings } from '../render/describe-settings.ts';
import { formatTrace } from '../trace-view.ts';
import { inventoryText } from './inventory-text.ts';
import { latestBoots } from './latest-boots.ts';
import type { SelectionOptions } from './selection.ts';

/** `pxectl machines show NAME…`: what is known of each, and which line of the file says so. */
export async function showMachines(context: CommandContext<SelectionOptions>): Promise<number> {
  const { output, options, args } = context;
  const { config, configPath, configText, layout, stateProblem } = await loadProject(
    requestedConfigPath(options),
  );
  if (stateProblem !== undefined) output.warn(stateProblem);
  const machines = selectMachines(config, { names: args, profile: options.profile, all: options.all });
  const boots = await latestBoots(layout, config.machines);
  const inventory = await readInventory(layout);
  const explain = settingsExplainer(configText, { path: configPath, stateRoot: layout.root });
  const nowMs = Date.now();
  const shown = machines.map((machine) => {
    const boot = machine.mac === undefined ? undefined : boots.get(machine.mac);
    const seen = machine.mac === undefined ? undefined : inventory.get(machine.mac);
    const life = lifeOf({ install: machine.installState, boot, nowMs });
    return { machine, life, settings: explain({ machineName: machine.name }), boot, seen };
  });
  if (options.json) {
    output.json({
      schema: 'pxectl.machines.show/1',
      machines: shown.map(({ boot, seen, ...rest }) => {
        const { events, ...trace } = boot ?? { events: [] };
        return {
          ...rest,
          seen: seen ?? null,
          lastBoot: boot === undefined ? null : { ...trace, eventCount: events.length },
        };
      }),
    });
    return EXIT.ok;
  }
  for (const { machine, life, settings, boot, seen } of shown) {
    const { name, mac, uuid, serial, profile } = machine;
    const known = Object.entries({ mac, uuid, serial, profile }).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key} ${value}`],
    );
    output.data(`${name}: ${known.join(', ')}`);
    output.data(`  state        ${stateText(life)}`);
    output.data(describeSettings(settings));
    if (seen !== undefined && machine.mac !== undefined) output.data(await inventoryText(machine.mac, seen));
    output.data(boot === undefined ? '  no boot of it is known\n' : `${formatTrace(boot)}\n`);
  }
  return EXIT.ok;
}
