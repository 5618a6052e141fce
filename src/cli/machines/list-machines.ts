import { readInventory } from '../../machines/inventory/inventory-file.ts';
import { unknownMachines } from '../../machines/inventory/unknown-machines.ts';
import { loadProject } from '../../engine/project.ts';
import type { BootTrace } from '../../model/boot-trace.ts';
import type { Machine } from '../../model/config.ts';
import type { FindingId } from '../../model/finding.ts';
import { lifeOf, lifeOfStranger, type Life } from '../../model/life-cycle.ts';
import type { InstallState } from '../../model/machine-state.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { installTroubles, stateWord } from '../install-state-text.ts';
import { formatLocalTime } from '../../model/units.ts';
import { fittedTable } from '../fitted-table.ts';
import { latestBoots } from './latest-boots.ts';
import type { ListOptions, SortKey } from './list-options.ts';
import { describeUnknown, unknownTable } from './unknown-table.ts';

interface Row extends Readonly<Record<Exclude<SortKey, 'since'>, string>> {
  /** ISO 8601, or empty */
  readonly since: string;
}

const SHORTEST_NAME = 8;

/** `pxectl machines`: one line for each machine, in 80 columns. */
export async function listMachines(context: CommandContext<ListOptions>): Promise<number> {
  const { output, options } = context;
  const { config, layout, stateProblem } = await loadProject(requestedConfigPath(options));
  if (stateProblem !== undefined) output.warn(stateProblem);
  const strangers = unknownMachines(config, await readInventory(layout));
  const unknown = await describeUnknown(strangers, lifeOfStranger(config.boot));
  if (options.unknown === true) {
    if (options.json) output.json({ schema: 'pxectl.machines/1', machines: [], unknown });
    else if (unknown.length === 0) output.progress('nobody was seen who is no machine');
    else output.data(unknownTable(unknown));
    return EXIT.ok;
  }
  const bootOf = await latestBoots(layout, config);
  const nowMs = Date.now();
  const rows = config.machines.map((machine) => {
    const boot = bootOf(machine);
    const life = lifeOf({ install: machine.installState, boot, nowMs });
    return { machine, boot, life, row: rowOf(machine, boot, life) };
  });
  const { sort } = options;
  const sorted =
    sort === undefined
      ? rows
      : rows.toSorted(({ row: one }, { row: other }) =>
          // the newest first; what has no value last
          sort === 'since'
            ? other.since.localeCompare(one.since)
            : Number(one[sort] === '') - Number(other[sort] === '') ||
              one[sort].localeCompare(other[sort], 'en', { numeric: true }),
        );
  if (options.json) {
    output.json({
      schema: 'pxectl.machines/1',
      machines: sorted.map(({ machine, boot, life, row }) => ({
        ...machine,
        state: life.state,
        why: life.why ?? null,
        order: life.order ?? null,
        since: row.since || null,
        boot:
          boot === undefined
            ? null
            : {
                stage: boot.current,
                isDone: boot.isDone,
                startedAt: boot.startedAt,
                findings: boot.findings.map(({ id }) => id),
              },
      })),
      unknown,
    });
    return EXIT.ok;
  }
  if (sorted.length > 0) output.data(tableOf(sorted.map(({ row }) => row)));
  else {
    output.progress(`no machine is known: all boot ${config.boot.default}; pxectl machines add MAC adds one`);
  }
  if (unknown.length > 0) {
    output.data(`${sorted.length > 0 ? '\n' : ''}${unknownTable(unknown)}`);
    output.progress('pxectl machines adopt MAC makes one of them a machine');
  }
  for (const line of installTroubles(config.machines)) output.warn(line);
  return EXIT.ok;
}

function rowOf(machine: Machine, boot: BootTrace | undefined, life: Life): Row {
  return {
    name: machine.name,
    profile: machine.profile ?? '',
    state: stateWord(life),
    stage: boot === undefined ? '' : boot.current,
    since: [life.since ?? '', boot?.lastEventAt ?? ''].toSorted().at(-1) ?? '',
    finding: boot?.findings[0]?.id ?? ENDS.get(machine.installState?.kind) ?? '',
  };
}

/** What ended badly is told also when the events of its boot are gone. */
const ENDS: ReadonlyMap<InstallState['kind'] | undefined, FindingId> = new Map([
  ['unreported', 'install-never-reported'],
  ['failed', 'install-failed'],
]);

function tableOf(rows: readonly Row[]): string {
  return fittedTable(
    ['NAME', 'PROFILE', 'STATE', 'STAGE', 'SINCE', 'FINDING'],
    rows.map(({ name, profile, state, stage, since, finding }) => {
      const time = since === '' ? '-' : formatLocalTime(since).slice(5, 16);
      return [name, profile || '-', state || '-', stage || '-', time, finding || '-'];
    }),
    // what people look for last is cut first
    [
      [5, 16],
      [0, 20],
      [1, 7],
      [5, 7],
      [0, SHORTEST_NAME],
    ],
  );
}
