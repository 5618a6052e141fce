import type { Command } from 'commander';
import { commandAction } from '../cli.ts';
import type { WatchOptions } from '../watch/watch-boots.ts';

/** `pxectl watch` */
export function registerWatch(program: Command): void {
  program
    .command('watch')
    .description('machines as they boot: what they ask, what they get, how long it takes')
    .option('--all', 'from the first event kept, not from now')
    .option('--plain', 'a line for each event also on a terminal, as screen readers and files like it')
    .option('--json', 'one event a line on stdout')
    .action(
      commandAction<WatchOptions>(async (context) => {
        const { watchBoots } = await import('../watch/watch-boots.ts');
        return watchBoots(context);
      }),
    );
}
