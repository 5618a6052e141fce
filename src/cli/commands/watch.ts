import type { Command } from 'commander';
import { commandAction, requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { formatEvent } from '../trace-view.ts';

interface WatchOptions {
  readonly all?: boolean;
}

/** `pxectl watch` and `pxectl logs` */
export function registerWatch(program: Command): void {
  program
    .command('watch')
    .description('machines as they boot: what they ask, what they get, how long it takes')
    .option('--all', 'from the first event kept, not from now')
    .option('--json', 'one event a line on stdout')
    .action(commandAction(runWatch));
  program
    .command('logs')
    .description('the events kept on disk')
    .option('-f, --follow', 'and those to come')
    .option('--json', 'one event a line on stdout')
    .action(commandAction(runLogs));
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

async function runLogs(context: CommandContext<{ readonly follow?: boolean }>): Promise<number> {
  const { output, options, signal } = context;
  if (options.follow) return runWatch({ ...context, options: { ...options, all: true } });
  const { watchedProject } = await import('../watched-project.ts');
  const { readEvents } = await import('../../watch/read-events.ts');
  const { layout } = await watchedProject(requestedConfigPath(options), output);
  for (const event of await readEvents(layout.events)) {
    if (signal.aborted) break;
    const line = options.json ? JSON.stringify(event) : formatEvent(event);
    if (line !== undefined) output.data(line);
  }
  return EXIT.ok;
}
