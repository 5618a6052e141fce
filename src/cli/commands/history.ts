import type { Command } from 'commander';
import { commandAction, type CommandContext } from '../cli.ts';
import type { HistoryOptions } from '../history/show-history.ts';

/** `pxectl history` */
export function registerHistory(program: Command): void {
  program
    .command('history')
    .description('past boots, one a line: how each ended, how long it took, and which stages were slow')
    .argument('[machine]', 'name, MAC address, UUID or serial number; all unless given')
    .option('--since <time>', 'those that began since then: 2h, 3d, 2026-11-28, "2026-11-28 13:04"')
    .option('--json', 'one JSON object on stdout')
    .action(
      commandAction(async (context: CommandContext<HistoryOptions>) => {
        const { showHistory } = await import('../history/show-history.ts');
        return showHistory(context);
      }),
    );
}
