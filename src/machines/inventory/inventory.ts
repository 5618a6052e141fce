import { isOfSystem, type NewBootEvent } from '../../model/boot-event.ts';
import type { Machine } from '../../model/config.ts';
import { messageOf } from '../../model/errors.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { forgetOldest } from '../../protocol/forget-oldest.ts';
import { UNSPECIFIED_IPV4, type MacAddress } from '../../protocol/addresses.ts';
import { readInventory, writeInventory } from './inventory-file.ts';
import type { SeenMachine, ToldFacts } from './seen-machine.ts';

/** More than a hall of new machines; those that were heard of longest ago are forgotten first. */
const MAX_UNKNOWN = 1_000;
/** who never came past DHCP may be made up, and pushes out nobody else */
const MAX_PASSING = 500;
const WRITE_DELAY_MS = 2_000;
/** how old `lastSeenAt` on the disk may get */
const SEEN_STEP_MS = 30_000;

export interface InventoryOptions {
  readonly layout: Pick<StateLayout, 'root'>;
  /** told once when it cannot be written; boots go on without it */
  readonly onTrouble: (message: string) => void;
}

/** What machines tell on their way, of each the newest, kept on the disk. Bounded, whoever talks. */
export class Inventory {
  /** machines of the configuration, and unknown ones that fetched files */
  readonly #seen = new Map<MacAddress, SeenMachine>();
  readonly #passing = new Map<MacAddress, SeenMachine>();
  #known: ReadonlySet<MacAddress> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isInTrouble = false;

  private constructor(private readonly options: InventoryOptions) {}

  static async open(options: InventoryOptions): Promise<Inventory> {
    const inventory = new Inventory(options);
    const before = [...(await readInventory(options.layout))];
    for (const [mac, machine] of before.sort(([, a], [, b]) => a.lastSeenAt.localeCompare(b.lastSeenAt))) {
      (machine.hasLoaded === true ? inventory.#seen : inventory.#passing).set(mac, machine);
    }
    return inventory;
  }

  /** Machines of the configuration are never forgotten. */
  know(machines: readonly Pick<Machine, 'mac'>[]): void {
    this.#known = new Set(machines.flatMap(({ mac }) => (mac === undefined ? [] : [mac])));
    for (const [mac, machine] of this.#passing) {
      if (!this.#known.has(mac)) continue;
      this.#passing.delete(mac);
      this.#seen.set(mac, machine);
    }
  }

  /** Takes what an event shows of a machine that boots from the network. */
  take(event: NewBootEvent): void {
    const { mac, type, detail = {} } = event;
    if (mac === undefined || detail['reason'] === 'not-pxe') return;
    if (isOfSystem({ time: '', detail, ...event })) return;
    const isDhcp = type.startsWith('dhcp.');
    if (!isDhcp && !/^(?:tftp|http|seed)\./.test(type)) return;
    const before = this.#of(mac);
    // an iPXE is what was loaded, where something else was there before it
    const { firmware } = event;
    const isNews =
      isDhcp && firmware !== undefined && !(firmware === 'ipxe' && before?.firmware !== undefined);
    const ip = event.ip === UNSPECIFIED_IPV4 ? undefined : event.ip;
    this.#put(mac, {
      ...(isNews ? { firmware } : {}),
      ...(ip === undefined ? {} : { ip }),
      ...(event.uuid === undefined || before?.uuid !== undefined ? {} : { uuid: event.uuid }),
      ...(isDhcp ? {} : { hasLoaded: true }),
    });
  }

  /** What the machine, or its installer, says; whoever calls has looked that it is the machine. */
  learn(mac: MacAddress, { firmware, ...facts }: ToldFacts): void {
    // what its packets tell comes first, until iPXE is all that they tell
    const { firmware: before = 'ipxe' } = this.#of(mac) ?? {};
    const isNews = firmware !== undefined && before === 'ipxe';
    this.#put(mac, { ...facts, ...(isNews ? { firmware } : {}), hasLoaded: true });
  }

  /** Writes what is pending. */
  async close(): Promise<void> {
    if (this.#timer !== undefined) this.#write();
    await this.#writing;
  }

  #of(mac: MacAddress): SeenMachine | undefined {
    return this.#seen.get(mac) ?? this.#passing.get(mac);
  }

  #put(mac: MacAddress, news: Partial<SeenMachine>): void {
    const now = new Date().toISOString();
    const before = this.#of(mac);
    const machine: SeenMachine = { firstSeenAt: now, ...before, ...news, lastSeenAt: now };
    const isFar = before === undefined || Date.parse(now) - Date.parse(before.lastSeenAt) > SEEN_STEP_MS;
    const isNew = Object.entries(news).some(
      ([key, value]) => JSON.stringify(before?.[key as keyof SeenMachine]) !== JSON.stringify(value),
    );
    if (!isFar && !isNew) return;
    this.#seen.delete(mac);
    this.#passing.delete(mac);
    (machine.hasLoaded === true || this.#known.has(mac) ? this.#seen : this.#passing).set(mac, machine);
    this.#makeRoom();
    this.#timer ??= setTimeout(() => this.#write(), WRITE_DELAY_MS);
  }

  #makeRoom(): void {
    forgetOldest(this.#passing, MAX_PASSING);
    if (this.#seen.size <= MAX_UNKNOWN + this.#known.size) return;
    for (const mac of this.#seen.keys()) {
      if (this.#known.has(mac)) continue;
      this.#seen.delete(mac);
      return;
    }
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(async () => {
      try {
        await writeInventory(this.options.layout, [...this.#passing, ...this.#seen]);
        this.#isInTrouble = false;
      } catch (error) {
        if (!this.#isInTrouble)
          this.options.onTrouble(`what machines tell cannot be written: ${messageOf(error)}`);
        this.#isInTrouble = true;
      }
    });
  }
}
