import type { Command } from 'commander';
import { commandAction, type CommandContext } from '../cli.ts';

/** `pxectl version` */
export function registerVersion(program: Command): void {
  program
    .command('version')
    .description('the version, in which form it came, and what it was made of')
    .option('--check', 'how to see whether there is a newer one; pxectl itself asks nobody')
    .option('--json', 'one JSON object on stdout')
    .action(
      commandAction(async (context: CommandContext<{ readonly check?: boolean }>) => {
        const { showVersion } = await import('../version/show-version.ts');
        showVersion(context);
        return undefined;
      }),
    );
}
