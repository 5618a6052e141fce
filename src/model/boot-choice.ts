import type { BootEvent } from './boot-event.ts';

/** What the configuration boots that a loader read: an image, `local` or `hold`; `asks` when a menu comes first. */
export interface BootChoice {
  readonly boots: string;
  readonly asks: boolean;
}

/** The choice that the loader read last, where the event tells it. */
export function bootChoiceOf(events: readonly BootEvent[]): BootChoice | undefined {
  const last = events.findLast(({ detail }) => detail['boots'] !== undefined);
  return last && { boots: String(last.detail['boots']), asks: last.detail['menu'] === true };
}
