import type { Machine } from '../model/config.ts';
import type { Life } from '../model/life-cycle.ts';
import { formatLocalTime } from '../model/units.ts';

const ORDERS = { once: 'ARMED', always: 'ARMED ALWAYS' } as const;

/** The state of a machine in a word, and beside it the order that waits for a boot, which nobody should miss. */
export function stateWord({ state, order }: Life): string {
  if (order === undefined) return state;
  return state === 'armed' ? ORDERS[order] : `${state}, ${ORDERS[order]}`;
}

/** The same with how it came to that, and since when. */
export function stateText(life: Life): string {
  const why = life.why === undefined ? '' : ` (${life.why})`;
  const since = life.since === undefined ? '' : `, since ${formatLocalTime(life.since)}`;
  return `${stateWord(life)}${why}${since}`;
}

/** Lines that nobody who looks should miss: who is installed again at every boot, and who was installed perhaps. */
export function installTroubles(machines: readonly Machine[]): string[] {
  return machines.flatMap(({ name, installState }) => {
    if (installState?.kind === 'armed' && installState.isAlways) {
      return [
        `EVERY NETWORK BOOT of ${name} installs it again and may wipe its disk (pxectl machines disarm ${name})`,
      ];
    }
    if (installState?.kind === 'unreported') {
      return [`${name}: installed or not? it never reported; pxectl doctor install-never-reported`];
    }
    if (installState?.kind === 'failed') {
      return [`${name}: its install failed: ${installState.message}; pxectl doctor install-failed`];
    }
    return [];
  });
}

/** And whom the next boot installs: for whoever starts. */
export function installWarnings(machines: readonly Machine[]): string[] {
  return machines.flatMap((machine) => {
    const { name, installState } = machine;
    return installState?.kind === 'armed' && !installState.isAlways
      ? [`the next network boot of ${name} installs it (armed by ${installState.by})`]
      : installTroubles([machine]);
  });
}
