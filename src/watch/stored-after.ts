import type { BootEvent } from '../model/boot-event.ts';
import { idOfLine, parseEvent } from './event-files.ts';
import { eventLines } from './event-lines.ts';

/** An event that is kept. */
export type KeptEvent = BootEvent & { readonly id: number };

/** What follows the place of a reader. */
export interface EventBatch {
  /** events before these are on no disk any more, and were not told: what is known now has to be asked for again */
  readonly isAfterGap: boolean;
  readonly events: readonly KeptEvent[];
}

/** Every event on disk after this id, oldest first, a piece of a file at a time. */
export async function* storedAfter(path: string, afterId: number): AsyncGenerator<EventBatch> {
  let isWhole = afterId === 0;
  for await (const { isPart, lines } of eventLines(path)) {
    const ids = lines.map(idOfLine);
    const events = lines.flatMap((line, index): readonly KeptEvent[] => {
      const id = ids[index];
      const event = id === undefined || id <= afterId ? undefined : parseEvent(line);
      return event === undefined || id === undefined ? [] : [{ ...event, id }];
    });
    // what is whole begins with the file after that of which others' events were dropped
    const first = isPart ? undefined : ids.find((id) => id !== undefined);
    const isAfterGap = !isWhole && first !== undefined && first > afterId;
    isWhole ||= first !== undefined;
    if (isAfterGap || events.length > 0) yield { isAfterGap, events };
  }
}
