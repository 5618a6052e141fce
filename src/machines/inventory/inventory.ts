import { isOfSystem, type NewBootEvent } from '../../model/boot-event.ts';
import type { Machine } from '../../model/config.ts';
import { messageOf } from '../../model/errors.ts';
import { serialHex } from '../../model/machine-key.ts';
import { showsBootRead } from '../../model/read-proof.ts';
import { markAskedBy } from '../../model/served-path.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { forgetOldest } from '../../protocol/forget-oldest.ts';
import { UNSPECIFIED_IPV4, type MacAddress } from '../../protocol/addresses.ts';
import { uuidForms } from '../../protocol/uuid-order.ts';
import { readInventory, writeInventory } from './inventory-file.ts';
import { ownerOfCard, withSeenCards } from './machine-cards.ts';
import type { SeenMachine, ToldFacts } from './seen-machine.ts';

/** More than a hall of new machines; those that were heard of longest ago are forgotten first. */
const MAX_UNKNOWN = 1_000;
/** who never came past DHCP may be made up, and pushes out nobody else */
const MAX_PASSING = 500;
const WRITE_DELAY_MS = 2_000;
/** who has just booted is adopted by a command that reads the file */
const NEW_BOOT_DELAY_MS = 100;
/** how old `lastSeenAt` on the disk may get */
const SEEN_STEP_MS = 30_000;

export interface InventoryOptions {
  readonly layout: Pick<StateLayout, 'root'>;
  /** told once when it cannot be written; boots go on without it */
  readonly onTrouble: (message: string) => void;
  /** another card of a machine of the configuration was seen, soon after it was */
  readonly onCards?: () => void;
}

/** Only what the file has: what else somebody asks by is nobody's. */
const serialOfHex = (machines: readonly Machine[], hex: string): string | undefined =>
  machines.find(({ serial }) => serial !== undefined && serialHex(serial) === hex)?.serial;

/** What machines tell on their way, of each the newest, kept on the disk. Bounded, whoever talks. */
export class Inventory {
  /** machines of the configuration, and unknown ones that fetched files */
  readonly #seen = new Map<MacAddress, SeenMachine>();
  readonly #passing = new Map<MacAddress, SeenMachine>();
  #known: ReadonlySet<MacAddress> = new Set();
  #machines: readonly Machine[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** when it writes */
  #dueMs = 0;
  #writing: Promise<void> = Promise.resolve();
  #isInTrouble = false;
  #hasNewCards = false;

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
  know(machines: readonly Machine[]): void {
    this.#machines = machines;
    this.#known = new Set(machines.flatMap(({ mac }) => (mac === undefined ? [] : [mac])));
    for (const [mac, machine] of this.#passing) {
      if (!this.#known.has(mac)) continue;
      this.#passing.delete(mac);
      this.#seen.set(mac, machine);
    }
  }

  /** The machine that a card is of, as far as it was seen. */
  ownerOf(mac: MacAddress): Machine | undefined {
    return ownerOfCard(this.#machines, mac, this.#of(mac));
  }

  /** Every machine that was seen. */
  all(): ReadonlyMap<MacAddress, SeenMachine> {
    return new Map([...this.#passing, ...this.#seen]);
  }

  /** @see withSeenCards */
  withSeenCards(): readonly Machine[] {
    return withSeenCards(this.#machines, [...this.#passing, ...this.#seen]);
  }

  /** Takes what an event shows of a machine that boots from the network. */
  take(event: NewBootEvent): void {
    const { mac, type, detail = {} } = event;
    if (mac === undefined || detail['reason'] === 'not-pxe') return;
    if (isOfSystem({ time: '', detail, ...event })) return;
    const isDhcp = type.startsWith('dhcp.');
    // a seed is refused to whoever asked for it, who need not be the machine that it is for
    if (!isDhcp && (!/^(?:tftp|http|seed)\./.test(type) || type === 'seed.refused')) return;
    const before = this.#of(mac);
    // an iPXE is what was loaded, where something else was there before it
    const { firmware } = event;
    const isNews =
      isDhcp && firmware !== undefined && !(firmware === 'ipxe' && before?.firmware !== undefined);
    const ip = event.ip === UNSPECIFIED_IPV4 ? undefined : event.ip;
    this.#put(mac, {
      ...(isNews ? { firmware } : {}),
      ...(ip === undefined ? {} : { ip }),
      ...this.#marksNew(event, before),
      ...(showsBootRead(event) ? { hasLoaded: true } : {}),
    });
  }

  /** What the machine, or its installer, says; whoever calls has looked that it is the machine. That it booted its loads show. */
  learn(mac: MacAddress, { firmware, ...facts }: ToldFacts): void {
    // what its packets tell comes first, until iPXE is all that they tell
    const { firmware: before = 'ipxe' } = this.#of(mac) ?? {};
    const isNews = firmware !== undefined && before === 'ipxe';
    this.#put(mac, { ...facts, ...(isNews ? { firmware } : {}) });
  }

  /** Writes what is pending. */
  async close(): Promise<void> {
    if (this.#timer !== undefined) this.#write();
    await this.#writing;
  }

  /**
   * What a packet of DHCP, or the name of the file that a loader asks by, tells. Anybody sends one in a card's name: what it says
   * later counts, for the machine itself says it at each boot; of TFTP's requests, which have any source, the first alone. One
   * UUID in the other byte order is the same.
   */
  #marksNew(
    { type, uuid, detail }: NewBootEvent,
    before: SeenMachine | undefined,
  ): Pick<SeenMachine, 'uuid' | 'serial'> {
    const asked = markAskedBy(String(detail?.['path'] ?? ''));
    const told = uuid ?? (asked !== undefined && 'uuid' in asked ? asked.uuid : undefined);
    const serial =
      asked !== undefined && 'serialHex' in asked ? serialOfHex(this.#machines, asked.serialHex) : undefined;
    const isFirstWord = type.startsWith('tftp.');
    const keepsUuid =
      before?.uuid !== undefined &&
      (isFirstWord || (told !== undefined && uuidForms(told).includes(before.uuid)));
    const keepsSerial = before?.serial !== undefined && isFirstWord;
    return {
      ...(told === undefined || keepsUuid ? {} : { uuid: told }),
      ...(serial === undefined || keepsSerial ? {} : { serial }),
    };
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
    this.#hasNewCards ||= (news.uuid ?? news.serial) !== undefined;
    this.#seen.delete(mac);
    this.#passing.delete(mac);
    (machine.hasLoaded === true || this.#known.has(mac) ? this.#seen : this.#passing).set(mac, machine);
    this.#makeRoom();
    const isFirstBoot = machine.hasLoaded === true && before?.hasLoaded !== true;
    this.#writeWithin(isFirstBoot ? NEW_BOOT_DELAY_MS : WRITE_DELAY_MS);
  }

  #writeWithin(delayMs: number): void {
    const dueMs = performance.now() + delayMs;
    if (this.#timer !== undefined && this.#dueMs <= dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => this.#write(), delayMs);
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
    if (this.#hasNewCards) this.options.onCards?.();
    this.#hasNewCards = false;
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
