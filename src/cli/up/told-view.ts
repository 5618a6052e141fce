import type { Project } from '../../engine/project.ts';
import type { Session } from '../../engine/session.ts';
import { machinesWithCards } from '../../machines/inventory/machine-cards.ts';
import type { BootEvent } from '../../model/boot-event.ts';
import { StagePast } from '../../model/stage-past.ts';
import { readHistory } from '../../watch/history-file.ts';
import { eventsUntil } from '../../watch/read-events.ts';
import { LiveMachines } from '../live/live-machines.ts';
import { LiveView } from '../live/live-view.ts';
import { runVerb } from '../live/run-verb.ts';
import type { Output } from '../output.ts';
import type { Told } from './told-lines.ts';

/** Rows that change, on a terminal: lines until it serves, then the view. */
export function openView(
  { layout, configPath }: Project,
  { output, signal }: { readonly output: Output; readonly signal: AbortSignal },
): Told {
  /** what came before there is a view */
  const early: BootEvent[] = [];
  const past = async function* (): AsyncGenerator<readonly BootEvent[]> {
    yield* eventsUntil(layout.events, (early[0]?.id ?? Infinity) - 1);
    yield early.splice(0);
  };
  const lines: (() => void)[] = [];
  const machines = new LiveMachines();
  let view: LiveView | undefined;
  const tell = (line: string, isWarning: boolean): void => {
    const inView = (): void => view?.say(line, isWarning ? 'warning' : 'plain');
    if (view !== undefined) return inView();
    lines.push(inView);
    if (isWarning) output.warn(line);
    else output.progress(line);
  };
  return {
    progress: (line) => tell(line, false),
    warn: (line) => tell(line, true),
    take: (event) => {
      if (view === undefined) early.push(event);
      else view.take(event);
    },
    async begin(session: Session) {
      const opened = new LiveView({
        source: {
          title: () => session.description,
          known: async (cards) => {
            const { config } = session.context;
            return machines.known(await machinesWithCards(config, layout), cards);
          },
          transfers: async () => session.transfers(),
          past: async () => new StagePast(await readHistory(layout)),
        },
        output,
        run: (verb, row, talk) => runVerb(verb, row, talk, { configPath, signal }),
        onQuit: () => {
          opened.close();
          // as ^C does it, so that a second one forces
          process.kill(process.pid, 'SIGINT');
        },
      });
      await opened.open(past());
      view = opened;
      // what came while it was opened
      for (const event of early.splice(0)) opened.take(event);
      for (const line of lines.splice(0)) line();
    },
    close: () => {
      view?.close();
      view = undefined;
    },
  };
}
