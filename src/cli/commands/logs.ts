import type { Command } from 'commander';
import { commandAction, type CommandContext } from '../cli.ts';
import type { LogsOptions } from '../logs/show-logs.ts';

/** `pxectl logs` */
export function registerLogs(program: Command): void {
  program
    .command('logs')
    .description('the events kept on disk')
    .option('-f, --follow', 'and those to come')
    .option('--since <time>', 'since then: 2h, 3d, 2026-11-28, "2026-11-28 13:04"')
    .option('--until <time>', 'before then')
    .option('--machine <machine>', 'of this machine: name, MAC address, UUID or serial number')
    .option(
      '--type <type>',
      'of this type, dhcp.offer, or all of a kind, dhcp; may be given again',
      (type: string, before: readonly string[] = []) => [...before, type],
    )
    .option('--json', 'one event a line on stdout')
    .action(
      commandAction(async (context: CommandContext<LogsOptions>) => {
        const { showLogs } = await import('../logs/show-logs.ts');
        return showLogs(context);
      }),
    );
}
