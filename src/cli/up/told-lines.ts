import type { Session } from '../../engine/session.ts';
import type { BootEvent } from '../../model/boot-event.ts';
import { formatLiveFinding } from '../boot-watcher.ts';
import type { Output } from '../output.ts';
import { formatEvent } from '../trace-view.ts';
import { ToldFindings } from './told-findings.ts';

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
export function openLines({ output, isJson }: { readonly output: Output; readonly isJson: boolean }): Told {
  let findings: ToldFindings | undefined;
  return {
    progress: (line) => output.progress(line),
    warn: (line) => output.warn(line),
    take: (event) => {
      if (isJson) return output.json(event, true);
      const line = formatEvent(event);
      if (line !== undefined && !QUIET_EVENTS.includes(event.type)) output.progress(line);
    },
    begin: async (session) => {
      findings = new ToldFindings(session, (finding, boot) =>
        output.progress(formatLiveFinding(finding, boot)),
      );
    },
    close: () => findings?.close(),
  };
}
