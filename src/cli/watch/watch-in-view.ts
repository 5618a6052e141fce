import { stat } from 'node:fs/promises';
import { askControl } from '../../control/control-client.ts';
import { findConfig } from '../../engine/project.ts';
import { readLiveSession } from '../../engine/session-record.ts';
import type { BootEvent } from '../../model/boot-event.ts';
import type { RunningTransfer } from '../../model/running-transfer.ts';
import { StagePast } from '../../model/stage-past.ts';
import { readHistory } from '../../watch/history-file.ts';
import { eventsOnDisk } from '../../watch/read-events.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { LiveMachines } from '../live/live-machines.ts';
import { LiveView } from '../live/live-view.ts';
import { runVerb } from '../live/run-verb.ts';
import { watchedProject } from '../watched-project.ts';
import { watchedEvents } from './watched-events.ts';

const NOT_UP = 'pxectl is not up here: nothing will happen until pxectl up';

/** The view of what another process serves, until somebody wants to go. */
export async function watchInView(context: CommandContext<object>): Promise<number> {
  const { output, options } = context;
  const requested = requestedConfigPath(options);
  const configPath = (await findConfig(requested, process.cwd())) ?? '';
  let watched = await watchedProject(requested, output);
  const { layout } = watched;
  const files = [configPath, `${layout.root}/machines.json`, `${layout.root}/inventory.json`];
  let seenAt = await changeTimes(files);
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
        const changedAt = await changeTimes(files);
        if (changedAt !== seenAt) {
          watched = await watchedProject(requested, { warn: (line) => view.say(line, 'warning') });
        }
        seenAt = changedAt;
        return machines.known(watched.machines, cards);
      },
      transfers: async (): Promise<readonly RunningTransfer[]> => {
        if (live === undefined) return [];
        const question = { layout, pid: live.process.pid, command: 'pxectl watch', signal };
        const { transfers } = await askControl('transfers', {}, question);
        return transfers.map(({ mac, ...transfer }) => ({ mac: mac ?? undefined, ...transfer }));
      },
      past: async () => new StagePast(await readHistory(layout)),
    },
    output,
    run: (verb, row, talk) => runVerb(verb, row, talk, { configPath, signal }),
    onQuit: leave,
  });
  try {
    let after = 0;
    const before = async function* (): AsyncGenerator<readonly BootEvent[]> {
      for await (const events of eventsOnDisk(layout.events)) {
        after = events.at(-1)?.id ?? after;
        yield events;
      }
    };
    await view.open(before());
    if (live === undefined) view.say(NOT_UP, 'warning');
    const onGap = (): void => view.say('some events in between are gone', 'warning');
    for await (const event of watchedEvents({ layout, after, signal, onGap })) view.take(event);
  } finally {
    view.close();
    process.off('SIGHUP', leave);
  }
  return EXIT.ok;
}

/** When the files were written last, as one word; reading a thousand machines again and again costs more. */
async function changeTimes(paths: readonly string[]): Promise<string> {
  const times = paths.map((path) =>
    stat(path).then(
      ({ mtimeMs, ino }) => `${mtimeMs} ${ino}`,
      () => '',
    ),
  );
  return (await Promise.all(times)).join(', ');
}
