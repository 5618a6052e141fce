import type { Machine } from '../model/config.ts';
import { INSTALL_IS_OVER_AFTER_MS } from '../model/life-cycle.ts';
import { machineKey, type MachineKey } from '../model/machine-key.ts';
import { installingSince } from '../model/machine-state.ts';
import type { MacAddress } from '../protocol/addresses.ts';

interface Heard {
  readonly atMs: number;
  /** absent for who asks from behind a relay */
  readonly mac: MacAddress | undefined;
}

export interface SilentInstall {
  readonly machine: Machine;
  /** ISO 8601: when it began */
  readonly since: string;
  /** of its card, where one is known */
  readonly mac: MacAddress | undefined;
}

/** Knows of installs which are heard of no more: their machines may have been left to their disks, or switched off. */
export class SilentInstalls {
  readonly #heard = new Map<MachineKey, Heard>();

  /** Its installer says how far it is. */
  heard(key: MachineKey, mac: MacAddress | undefined): void {
    this.#heard.set(key, { atMs: Date.now(), mac });
  }

  among(machines: readonly Machine[], nowMs: number): readonly SilentInstall[] {
    return machines.flatMap((machine) => {
      const { installState: state } = machine;
      // one that was disarmed meanwhile is waited for by nobody
      const isClosed = state?.kind === 'armed' && state.running?.isClosed === true;
      const since = isClosed ? undefined : installingSince(state);
      const heard = this.#heard.get(machineKey(machine));
      if (since === undefined) return [];
      const lastMs = Math.max(Date.parse(since), heard?.atMs ?? 0);
      return nowMs - lastMs < INSTALL_IS_OVER_AFTER_MS
        ? []
        : [{ machine, since, mac: machine.mac ?? heard?.mac }];
    });
  }
}
