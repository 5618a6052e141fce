import { loadProject } from '../../engine/project.ts';
import { readInventory } from '../../machines/inventory/inventory-file.ts';
import { withSeenCards } from '../../machines/inventory/machine-cards.ts';
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
  const bootOf = await latestBoots(layout, config);
  const inventory = await readInventory(layout);
  // last seen last
  const cards = withSeenCards(config.machines, inventory)
    .filter(({ mac }) => mac !== undefined)
    .toReversed();
  const explain = settingsExplainer(configText, { path: configPath, stateRoot: layout.root });
  const nowMs = Date.now();
  const shown = machines.map((machine) => {
    const boot = bootOf(machine);
    const card = machine.mac ?? boot?.mac ?? cards.find(({ name }) => name === machine.name)?.mac;
    const seen = card === undefined ? undefined : inventory.get(card);
    const life = lifeOf({ install: machine.installState, boot, nowMs });
    return { machine, life, settings: explain({ machineName: machine.name }), boot, card, seen };
  });
  if (options.json) {
    output.json({
      schema: 'pxectl.machines.show/1',
      machines: shown.map(({ boot, card, seen, ...rest }) => {
        const { events, ...trace } = boot ?? { events: [] };
        return {
          ...rest,
          card: card ?? null,
          seen: seen ?? null,
          lastBoot: boot === undefined ? null : { ...trace, eventCount: events.length },
        };
      }),
    });
    return EXIT.ok;
  }
  for (const { machine, life, settings, boot, card, seen } of shown) {
    const { name, mac, uuid, serial, profile } = machine;
    const known = Object.entries({ mac, uuid, serial, profile }).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key} ${value}`],
    );
    output.data(`${name}: ${known.join(', ')}`);
    output.data(`  state        ${stateText(life)}`);
    output.data(describeSettings(settings));
    if (seen !== undefined && card !== undefined) output.data(await inventoryText(card, seen));
    output.data(boot === undefined ? '  no boot of it is known\n' : `${formatTrace(boot)}\n`);
  }
  return EXIT.ok;
}
