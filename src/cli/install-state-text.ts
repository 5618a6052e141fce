import type { Machine } from '../model/config.ts';
import { NOT_ARMED } from '../model/machine-state.ts';
import { formatLocalTime } from './units.ts';

/** Where the install of a machine stands, in a few words; `-` where it has none. */
export function installStateText({ install, installState = NOT_ARMED }: Machine): string {
  if (install === undefined) return '-';
  switch (installState.kind) {
    case 'not-armed':
      return 'not armed';
    case 'armed': {
      const what = installState.isAlways ? 'ARMED FOR EVERY BOOT' : 'ARMED';
      const order = `${what} by ${installState.by}, ${formatLocalTime(installState.at)}`;
      const { running } = installState;
      return running === undefined
        ? order
        : `installing since ${formatLocalTime(running.since)}; for the boot after: ${order}`;
    }
    case 'installing':
      return `installing since ${formatLocalTime(installState.since)}`;
    case 'installed':
      return `installed ${formatLocalTime(installState.at)}`;
    case 'unreported':
      return `installed or not? it never reported (${formatLocalTime(installState.since)})`;
  }
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
