import type { Command } from 'commander';
import { commandAction, requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { formatEvent } from '../trace-view.ts';

interface WatchOptions {
  readonly all?: boolean;
}

/** `pxectl watch` */
export function registerWatch(program: Command): void {
  program
    .command('watch')
    .description('machines as they boot: what they ask, what they get, how long it takes')
    .option('--all', 'from the first event kept, not from now')
    .option('--json', 'one event a line on stdout')
    .action(commandAction(runWatch));
}

async function runWatch(context: CommandContext<WatchOptions>): Promise<number> {
  const { output, options, signal } = context;
  const { watchedProject } = await import('../watched-project.ts');
  const { readLiveSession } = await import('../../engine/session-record.ts');
  const { followEvents } = await import('../../watch/read-events.ts');
  const { BootWatcher, formatLiveFinding } = await import('../boot-watcher.ts');
  const { layout, machines } = await watchedProject(requestedConfigPath(options), output);
  if (!(await readLiveSession(layout)))
    output.warn('pxectl is not up here: nothing will happen until `pxectl up`');
  const watcher = new BootWatcher(machines, (finding, trace) => {
    if (!options.json) output.data(formatLiveFinding(finding, trace));
  });
  for await (const event of followEvents(layout.events, { fromStart: options.all === true, signal })) {
    watcher.take(event);
    const line = options.json ? JSON.stringify(event) : formatEvent(event);
    if (line !== undefined) output.data(line);
  }
  watcher.close();
  return EXIT.ok;
}
