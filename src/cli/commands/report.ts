import type { Command } from 'commander';
import { commandAction, type CommandContext } from '../cli.ts';
import type { ReportOptions } from '../report/write-report.ts';

/** `pxectl report` */
export function registerReport(program: Command): void {
  program
    .command('report')
    .description(
      'one boot as a page for somebody who helps: timeline, findings, packets; names and cards replaced',
    )
    .argument('<machine>', 'a machine (its last boot), or a boot as `history` calls it')
    .option('--out <file.html>', 'write it there, - for stdout (default: boot-DATE-TIME.html here)')
    .option('--json', 'one JSON object on stdout: where it was written')
    .action(
      commandAction(async (context: CommandContext<ReportOptions>) => {
        const { writeReport } = await import('../report/write-report.ts');
        return writeReport(context);
      }),
    );
}
