import { comparedBoots, type ComparedStage } from '../../model/stage-past.ts';
import { bootDurationMs } from '../../model/stage-spans.ts';
import { printable } from '../../model/printable.ts';
import { knownBoots } from '../boot-traces.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { fittedTable } from '../fitted-table.ts';
import { momentOf } from '../since.ts';
import { formatDuration, formatLocalTime } from '../../model/units.ts';
import { watchedProject } from '../watched-project.ts';
import { bootsOf } from './boots-of.ts';
import { toldBoot } from './told-boot.ts';

export interface HistoryOptions {
  readonly since?: string;
}

/** `pxectl history`: one line for each boot, the newest last. */
export async function showHistory(context: CommandContext<HistoryOptions>): Promise<number> {
  const { output, options, args } = context;
  const since = options.since === undefined ? '' : momentOf('--since', options.since);
  const { layout, machines } = await watchedProject(requestedConfigPath(options), output);
  const boots = await knownBoots(layout, machines);
  const [word] = args;
  const wanted = word === undefined ? undefined : new Set(bootsOf(word, boots, machines));
  const shown = comparedBoots(boots).filter(
    ({ boot }) => boot.startedAt >= since && (wanted === undefined || wanted.has(boot)),
  );
  if (options.json) {
    output.json({
      schema: 'pxectl.history/1',
      boots: shown.map(({ boot, compared }) => toldBoot(boot, compared)),
    });
    return EXIT.ok;
  }
  if (shown.length === 0) {
    output.progress(boots.length === 0 ? 'no boot is known yet' : 'no boot is known of that');
    return EXIT.ok;
  }
  output.data(
    fittedTable(
      ['BOOT', 'WHEN', 'MACHINE', 'FIRMWARE', 'OUTCOME', 'TOOK', 'SLOW, OR FINDING'],
      shown.map(({ boot, compared }) => [
        boot.id.slice(-8),
        formatLocalTime(boot.startedAt).slice(5, 16),
        printable(boot.machineName ?? boot.mac),
        boot.firmware ?? '-',
        boot.outcome,
        formatDuration(bootDurationMs(boot)),
        boot.findings[0]?.id ?? slowText(compared),
      ]),
      // what people look for last is cut first
      [
        [6, 16],
        [3, 8],
        [2, 8],
        [6, 8],
      ],
    ),
  );
  return EXIT.ok;
}

/** `loader 41.0 s (3.1 s)`: the stage that is slowest beside what is usual. */
function slowText(compared: readonly ComparedStage[]): string {
  const slow = compared.filter(({ isSlow }) => isSlow);
  const [worst] = slow.toSorted((one, other) => excess(other) - excess(one));
  if (worst === undefined) return '-';
  const more = slow.length === 1 ? '' : ` +${slow.length - 1}`;
  return `${worst.stage} ${formatDuration(worst.spanMs)}, else ${formatDuration(usual(worst))}${more}`;
}

const usual = ({ ownMedianMs, fleetMedianMs }: ComparedStage): number => ownMedianMs ?? fleetMedianMs ?? 0;
const excess = (one: ComparedStage): number => one.spanMs - usual(one);
