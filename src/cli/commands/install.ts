import { Option, type Command } from 'commander';
import { usageError } from '../../model/errors.ts';
import { commandAction, type CommandContext } from '../cli.ts';
import type { InstallOptions } from '../install/install-machines.ts';
import { addSelection } from '../machines/selection.ts';
import { durationOf } from '../since.ts';

/** `pxectl install` */
export function registerInstall(program: Command): void {
  addSelection(
    program
      .command('install')
      .description('install machines now: arm them, make them boot, and follow each to its end')
      .argument('[machines...]', 'names or MAC addresses'),
  )
    .option('--wait', 'follow them; exit 0 only when every one has reported')
    .addOption(
      new Option(
        '--parallel <count>',
        'with --wait: so many install at once (default: all, switched on 16 at a time)',
      ).argParser(readCount),
    )
    .addOption(
      new Option(
        '--timeout <time>',
        'with --wait: for each machine, 90m or 2h; then it is disarmed, unless it installs',
      )
        .argParser(readTime)
        .default(2 * 3_600_000, '2h'),
    )
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'say who would be installed')
    .option('--json', 'one JSON object on stdout')
    .action(
      commandAction(async (context: CommandContext<InstallOptions>) => {
        const { installMachines } = await import('../install/install-machines.ts');
        return installMachines(context);
      }),
    );
}

function readCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw usageError({
    what: `--parallel ${text} is no number of machines`,
    next: 'pxectl install --parallel 8 …',
  });
}

function readTime(text: string): number {
  const timeMs = durationOf(text);
  if (timeMs !== undefined) return timeMs;
  throw usageError({ what: `--timeout ${text} is no time`, next: 'pxectl install --timeout 90m …' });
}
