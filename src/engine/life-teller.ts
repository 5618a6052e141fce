import type { EventSink } from '../model/boot-event.ts';
import type { Config } from '../model/config.ts';
import { lifeOf, lifeOfStranger, type Life, type LifeState } from '../model/life-cycle.ts';
import type { InstallState } from '../model/machine-state.ts';
import type { MacAddress } from '../protocol/addresses.ts';

interface Told {
  readonly state: LifeState;
  readonly install: InstallState | undefined;
}

/** Tells each change in the life of a machine as an event: from where, to where, and why. */
export class LifeTeller {
  /** undefined until the first look: what holds at the start is no change */
  #told: Map<MacAddress, Told> | undefined;

  constructor(private readonly sink: EventSink) {}

  /** Compares what is known of all machines now with what was told. */
  look({ machines, boot }: Pick<Config, 'machines' | 'boot'>, nowMs = Date.now()): void {
    const before = this.#told;
    this.#told = new Map();
    for (const { mac, installState: install } of machines) {
      if (mac === undefined) continue;
      // one that the configuration did not have until now was a stranger
      const from = before === undefined ? undefined : (before.get(mac)?.state ?? lifeOfStranger(boot));
      const life = lifeOf({ install, nowMs });
      // it stays on its way until its order is spent, or taken back
      const isOnItsWay = from === 'booting' && life.state === 'armed';
      this.#told.set(mac, { state: isOnItsWay ? from : life.state, install });
      if (from !== undefined && !isOnItsWay) this.#tell(mac, from, life);
    }
  }

  /** A machine boots from the network: told where an order waits for that. */
  booted(mac: MacAddress, at: string): void {
    const told = this.#told?.get(mac);
    if (told?.state !== 'armed') return;
    const boot = { startedAt: at, lastEventAt: at, isDone: false };
    const life = lifeOf({ install: told.install, boot, nowMs: Date.parse(at) });
    this.#told?.set(mac, { ...told, state: life.state });
    this.#tell(mac, told.state, life);
  }

  #tell(mac: MacAddress, from: LifeState, { state: to, why }: Life): void {
    if (from === to) return;
    this.sink.emit({
      type: 'machine.state',
      mac,
      detail: { from, to, ...(why === undefined ? {} : { message: why }) },
    });
  }
}
