import type { MacAddress } from '../protocol/addresses.ts';
import type { OpenBoot } from './open-boot.ts';

/** Boots of a class room are a third of it. */
const MAX_EVENTS = 40_000;
/** Boots of a rack that is switched on at once, and their events: about 40 MB when all are there. */
export const REMEMBERED_BOOTS = 2_000;
export const REMEMBERED_EVENTS = 100_000;

/**
 * The boots that are remembered, bounded in number and in events. Machines that nobody configured and that never came past
 * DHCP have places of their own: made-up addresses push out each other, and nobody who boots. Of the others those of
 * configured machines go last.
 */
export class KeptBoots {
  /** in the order in which they began, and so those below */
  readonly #boots = new Set<OpenBoot>();
  readonly #strangers = new Set<OpenBoot>();
  /** came past DHCP, and nobody configured them */
  readonly #guests = new Set<OpenBoot>();
  readonly #configured = new Set<OpenBoot>();
  readonly #latest = new Map<MacAddress, OpenBoot>();
  #eventCount = 0;

  constructor(
    private readonly maxBoots: number,
    private readonly maxEvents = MAX_EVENTS,
    private readonly onDrop: (boot: OpenBoot) => void = () => undefined,
  ) {}

  latestOf(mac: MacAddress): OpenBoot | undefined {
    return this.#latest.get(mac);
  }

  add(boot: OpenBoot): void {
    this.#boots.add(boot);
    this.#latest.set(boot.mac, boot);
    (boot.machine === undefined ? this.#strangers : this.#configured).add(boot);
    this.#makeRoom(boot);
  }

  /** The boot has taken this many events more. */
  grew(boot: OpenBoot, events: number): void {
    this.#eventCount += events;
    if (boot.hasReached('loader') && this.#strangers.delete(boot)) this.#guests.add(boot);
    this.#makeRoom(boot);
  }

  /** Oldest first. */
  all(): readonly OpenBoot[] {
    return [...this.#boots];
  }

  #makeRoom(current: OpenBoot): void {
    const oldest = (): OpenBoot | undefined =>
      firstOf(this.#guests, current) ?? firstOf(this.#configured, current);
    while (this.#strangers.size > this.maxBoots) this.#drop(firstOf(this.#strangers));
    while (this.#guests.size + this.#configured.size > this.maxBoots) this.#drop(oldest());
    while (this.#eventCount > this.maxEvents && this.#boots.size > 1) {
      this.#drop(firstOf(this.#strangers, current) ?? oldest());
    }
  }

  #drop(boot: OpenBoot | undefined): void {
    if (boot === undefined || !this.#boots.delete(boot)) return;
    for (const boots of [this.#strangers, this.#guests, this.#configured]) boots.delete(boot);
    this.#eventCount -= boot.eventCount;
    if (this.#latest.get(boot.mac) === boot) this.#latest.delete(boot.mac);
    this.onDrop(boot);
  }
}

function firstOf(boots: ReadonlySet<OpenBoot>, besides?: OpenBoot): OpenBoot | undefined {
  for (const boot of boots) if (boot !== besides) return boot;
  return undefined;
}
