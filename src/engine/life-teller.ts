import type { EventSink } from '../model/boot-event.ts';
import type { Config, Machine } from '../model/config.ts';
import { lifeOf, lifeOfStranger, type Life, type LifeState } from '../model/life-cycle.ts';
import { machineKey, type MachineKey } from '../model/machine-key.ts';
import type { InstallState } from '../model/machine-state.ts';
import type { MacAddress } from '../protocol/addresses.ts';

interface Told {
  readonly machine: Pick<Machine, 'name' | 'mac'>;
  readonly state: LifeState;
  readonly install: InstallState | undefined;
}

/** Tells each change in the life of a machine as an event: from where, to where, and why. */
export class LifeTeller {
  /** undefined until the first look: what holds at the start is no change */
  #told: Map<MachineKey, Told> | undefined;

  constructor(private readonly sink: EventSink) {}

  /** Compares what is known of all machines now with what was told. */
  look({ machines, boot }: Pick<Config, 'machines' | 'boot'>, nowMs = Date.now()): void {
    const before = this.#told;
    this.#told = new Map();
    for (const machine of machines) {
      const { installState: install } = machine;
      const key = machineKey(machine);
      // one that the configuration did not have until now was a stranger
      const from = before === undefined ? undefined : (before.get(key)?.state ?? lifeOfStranger(boot));
      const life = lifeOf({ install, nowMs });
      // it stays on its way until its order is spent, or taken back
      const isOnItsWay = from === 'booting' && life.state === 'armed';
      this.#told.set(key, { machine, state: isOnItsWay ? from : life.state, install });
      if (from !== undefined && !isOnItsWay) this.#tell(machine, from, life);
    }
  }

  /** A machine boots from the network: told where an order waits for that, by the card that was seen. */
  booted(key: MachineKey, mac: MacAddress, at: string): void {
    const told = this.#told?.get(key);
    if (told?.state !== 'armed') return;
    const boot = { startedAt: at, lastEventAt: at, isDone: false };
    const life = lifeOf({ install: told.install, boot, nowMs: Date.parse(at) });
    this.#told?.set(key, { ...told, state: life.state });
    this.#tell({ name: told.machine.name, mac }, told.state, life);
  }

  #tell({ name, mac }: Told['machine'], from: LifeState, { state: to, why }: Life): void {
    if (from === to) return;
    this.sink.emit({
      type: 'machine.state',
      ...(mac === undefined ? {} : { mac }),
      detail: { machine: name, from, to, ...(why === undefined ? {} : { message: why }) },
    });
  }
}
