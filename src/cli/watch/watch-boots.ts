import { readLiveSession } from '../../engine/session-record.ts';
import { followEvents } from '../../watch/read-events.ts';
import { BootWatcher, formatLiveFinding } from '../boot-watcher.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { canShowView } from '../live/terminal-wanted.ts';
import { formatEvent } from '../trace-view.ts';
import { watchedProject } from '../watched-project.ts';

export interface WatchOptions {
  readonly all?: boolean;
  readonly plain?: boolean;
}

/** `pxectl watch`: rows that change on a terminal, and elsewhere a line for each event. */
export async function watchBoots(context: CommandContext<WatchOptions>): Promise<number> {
  const { output, options, signal } = context;
  const isJson = options.json === true;
  if (canShowView(output, { isJson, isPlain: options.plain === true || options.all === true })) {
    const { watchInView } = await import('./watch-in-view.ts');
    return watchInView(context);
  }
  const { layout, machines } = await watchedProject(requestedConfigPath(options), output);
  if (!(await readLiveSession(layout)))
    output.warn('pxectl is not up here: nothing will happen until `pxectl up`');
  const watcher = new BootWatcher(machines, (finding, trace) => {
    if (!isJson) output.data(formatLiveFinding(finding, trace));
  });
  for await (const event of followEvents(layout.events, { fromStart: options.all === true, signal })) {
    watcher.take(event);
    const line = isJson ? JSON.stringify(event) : formatEvent(event);
    if (line !== undefined) output.data(line);
  }
  watcher.close();
  return EXIT.ok;
}
