import { findConfig } from '../../engine/project.ts';
import { readLiveSession } from '../../engine/session-record.ts';
import { StagePast } from '../../model/stage-past.ts';
import { readHistory } from '../../watch/history-file.ts';
import { followEvents, readEvents } from '../../watch/read-events.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { LiveMachines } from '../live/live-machines.ts';
import { LiveView } from '../live/live-view.ts';
import { runVerb } from '../live/run-verb.ts';
import { watchedProject } from '../watched-project.ts';

const NOT_UP = 'pxectl is not up here: nothing will happen until pxectl up';

/** The view of what another process serves, until somebody wants to go. */
export async function watchInView(context: CommandContext<object>): Promise<number> {
  const { output, options } = context;
  const requested = requestedConfigPath(options);
  const configPath = (await findConfig(requested, process.cwd())) ?? '';
  const { layout } = await watchedProject(requested, output);
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  // closed with its terminal, or by a signal: the view gives the terminal back first
  process.on('SIGHUP', leave);
  const signal = AbortSignal.any([context.signal, leaving.signal]);
  const machines = new LiveMachines();
  let live = await readLiveSession(layout);
  const view = new LiveView({
    source: {
      title: () => live?.description ?? 'pxectl is not up here',
      known: async (cards) => {
        const wasUp = live !== undefined;
        live = await readLiveSession(layout);
        if (wasUp && live === undefined) view.say(NOT_UP, 'warning');
        const watched = await watchedProject(requested, quiet);
        return machines.known(watched.machines, cards);
      },
      transfers: async () => [],
      past: async () => new StagePast(await readHistory(layout)),
    },
    output,
    run: (verb, row, talk) => runVerb(verb, row, talk, { configPath, signal }),
    onQuit: leave,
  });
  const quiet = { warn: (line: string) => view.say(line, 'warning') };
  try {
    const before = await readEvents(layout.events);
    const lastAt = before.at(-1)?.time ?? '';
    await view.open(before);
    if (live === undefined) view.say(NOT_UP, 'warning');
    for await (const event of followEvents(layout.events, { fromStart: true, signal })) {
      if (event.time > lastAt) view.take(event);
    }
  } finally {
    view.close();
    process.off('SIGHUP', leave);
  }
  return EXIT.ok;
}
