import { forgetOldest } from '../protocol/forget-oldest.ts';
import type { MacAddress } from '../protocol/addresses.ts';
import type { OpenBoot } from './open-boot.ts';

/** More than boot at a time; machines that nobody configured push out each other alone. */
const MAX_UNKNOWN = 200;

/** The last boot of each machine: of every one that is configured, however many there are. */
export class LatestBoots {
  readonly #configured = new Map<MacAddress, OpenBoot>();
  readonly #unknown = new Map<MacAddress, OpenBoot>();

  latestOf(mac: MacAddress): OpenBoot | undefined {
    return this.#configured.get(mac) ?? this.#unknown.get(mac);
  }

  add(boot: OpenBoot): void {
    const boots = boot.machine === undefined ? this.#unknown : this.#configured;
    boots.delete(boot.mac);
    boots.set(boot.mac, boot);
    forgetOldest(this.#unknown, MAX_UNKNOWN);
  }

  /** What is read here is bounded by the files that it is read from, and what a session keeps has no events. */
  grew(): void {
    return;
  }

  all(): readonly OpenBoot[] {
    return [...this.#unknown.values(), ...this.#configured.values()];
  }
}
