import type { Project } from '../../engine/project.ts';
import type { Session } from '../../engine/session.ts';
import { machinesWithCards } from '../../machines/inventory/machine-cards.ts';
import type { BootEvent } from '../../model/boot-event.ts';
import { BootWatcher, formatLiveFinding } from '../boot-watcher.ts';
import type { Output } from '../output.ts';
import { formatEvent } from '../trace-view.ts';

/** How whoever started a session is told of it. */
export interface Told {
  readonly progress: (line: string) => void;
  readonly warn: (line: string) => void;
  readonly take: (event: BootEvent) => void;
  /** it serves */
  begin(session: Session): Promise<void>;
  close(): void;
}

/** The introduction says in better words that the engine starts and is ready. */
const QUIET_EVENTS: readonly string[] = ['engine.starting', 'engine.ready', 'engine.stopped'];

/** One line for each thing that happens. */
export async function openLines(
  { config, layout }: Project,
  { output, isJson }: { readonly output: Output; readonly isJson: boolean },
): Promise<Told> {
  const boots = new BootWatcher(await machinesWithCards(config, layout), (finding, trace) =>
    output.progress(formatLiveFinding(finding, trace)),
  );
  return {
    progress: (line) => output.progress(line),
    warn: (line) => output.warn(line),
    take: (event) => {
      boots.take(event);
      if (isJson) return output.json(event, true);
      const line = formatEvent(event);
      if (line !== undefined && !QUIET_EVENTS.includes(event.type)) output.progress(line);
    },
    begin: async () => undefined,
    close: () => boots.close(),
  };
}
