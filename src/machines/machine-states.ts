import { messageOf } from '../model/errors.ts';
import type { ArmedOrder, InstallState, KnownInstalls } from '../model/machine-state.ts';
import type { MachineKey } from '../model/machine-key.ts';
import type { OrderToken } from '../model/order-token.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { withLock } from '../platform/file-lock.ts';
import { Turns } from '../platform/turns.ts';
import {
  armedWith,
  bootedAgainAt,
  disarmedAt,
  failedAt,
  isBootAwaited,
  isNextBoot,
  reportedAt,
  seedAsked,
  silentAt,
  spentAt,
  stateOfRecord,
  tokenOfRecord,
  withdrawn,
  type Change,
} from './install-record.ts';
import { newTokenSecret } from './order-tokens.ts';
import {
  breakSeal,
  keepAside,
  readState,
  writeState,
  type InstallRecord,
  type InstallRecords,
} from './state-file.ts';

/** Whether what was changed is on the disk; if not, it holds in this process and is written as soon as it can be. */
export interface Recorded {
  readonly isWritten: boolean;
  /** why it is not */
  readonly trouble?: string;
}

export type SpendResult =
  /** `isSpent`: by this very request */
  | { readonly kind: 'given'; readonly isSpent: boolean }
  | { readonly kind: 'refused'; readonly state: InstallState }
  /** the order is there, and that it is spent cannot be written: nothing may be installed */
  | { readonly kind: 'not-recorded'; readonly trouble: string };

/**
 * What is known and decided of installs, in `.pxectl/machines.json`. Every change reads what is there, under a lock that
 * holds across processes. A disarm is in force at once in this process, whatever the disk does.
 */
export interface MachineStates {
  known(): Promise<KnownInstalls>;
  /**
   * An order that is given while the machine installs is for the boot after that one.
   * @throws PxectlError of the disk: an order that is not written is none
   */
  arm(orders: ReadonlyMap<MachineKey, ArmedOrder>): Promise<void>;
  /** In force when it is called; closes the seed of a boot that installs too: what its installer has, it has. */
  disarm(keys: readonly MachineKey[]): Promise<Recorded>;
  /** A boot asks for the seed with this token: the order is spent, on the disk, before the answer. The same boot may ask again. */
  spend(key: MachineKey, at: string, shown?: string): Promise<SpendResult>;
  /** The machine said that it is installed. */
  report(key: MachineKey, at: string): Promise<Recorded>;
  /** The machine said that its install failed; `message` is one printable line. */
  fail(key: MachineKey, at: string, message: string): Promise<Recorded>;
  /** Takes orders back, and nothing of a boot that installs. */
  withdraw(keys: readonly MachineKey[]): Promise<Recorded>;
  /** It boots from the network again: what was spent is closed. Resolves with what became of that, when it is news. */
  bootedAgain(key: MachineKey, at: string): Promise<InstallState | undefined>;
  /** Nothing was heard of its install for too long: what was spent is closed. undefined: it has ended meanwhile. */
  silent(key: MachineKey, at: string): Promise<Recorded | undefined>;
  /** Writes what could not be written, if there is such a thing. */
  close(): Promise<void>;
}

const RETRY_MS = 5_000;
/** Twelve commands side by side wait for each other; one that hangs must not hang the rest for ever. */
const LOCK_TIMEOUT_MS = 60_000;

/** Changes hold in the order in which they were asked for, whatever order the disk takes them in. */
interface Step {
  readonly turn: number;
  readonly key: MachineKey;
  readonly change: Change;
}

/** @see MachineStates */
export function openMachineStates(layout: Pick<StateLayout, 'root'>): MachineStates {
  return new FileStates(layout);
}

function seedFor(record: InstallRecord, shown: string | undefined): SpendResult {
  if (seedAsked(record, shown) === 'given') return { kind: 'given', isSpent: false };
  return { kind: 'refused', state: stateOfRecord(record) };
}

class FileStates implements MachineStates {
  /** changes that the disk did not take: they hold here, in their order */
  #unwritten: readonly Step[] = [];
  #lastTurn = 0;
  #retry: NodeJS.Timeout | undefined;
  /** machines that are installed together report together: one after the other */
  readonly #turns = new Turns();

  constructor(private readonly layout: Pick<StateLayout, 'root'>) {}

  async known(): Promise<KnownInstalls> {
    const { held, problem } = await this.#records();
    const installs = new Map([...held].map(([key, record]) => [key, stateOfRecord(record)] as const));
    const tokens = new Map<MachineKey, OrderToken>();
    const awaited = new Set<MachineKey>();
    for (const [key, record] of held) {
      if (isBootAwaited(record)) awaited.add(key);
      const token = tokenOfRecord(record);
      if (token !== undefined) tokens.set(key, token);
    }
    return { installs, tokens, awaited, ...(problem === undefined ? {} : { problem }) };
  }

  async arm(orders: ReadonlyMap<MachineKey, ArmedOrder>): Promise<void> {
    await this.#take(
      [...orders].map(([key, order]) => this.#step(key, armedWith({ ...order, token: newTokenSecret() }))),
    );
  }

  disarm(keys: readonly MachineKey[]): Promise<Recorded> {
    return this.#takeBack(keys, disarmedAt(new Date().toISOString()));
  }

  withdraw(keys: readonly MachineKey[]): Promise<Recorded> {
    return this.#takeBack(keys, withdrawn);
  }

  #takeBack(keys: readonly MachineKey[], change: Change): Promise<Recorded> {
    return this.#hold(
      keys.map((key) => this.#step(key, change)),
      // on the disk they are still armed: a crash before the next try must not bring that back
      () => breakSeal(this.layout),
    );
  }

  async spend(key: MachineKey, at: string, shown?: string): Promise<SpendResult> {
    // decided under the lock: nobody may disarm between the look and the answer
    const step = this.#step(key, spentAt(at, shown));
    // nothing to write: neither the disk nor another process is waited for
    const answer = async (): Promise<SpendResult | undefined> => {
      const record = await this.#recordOf(key);
      return seedAsked(record, shown) === 'spends' ? undefined : seedFor(record, shown);
    };
    return (await answer()) ?? this.#turns.take(async () => (await answer()) ?? this.#spend(step, shown));
  }

  async #spend(step: Step, shown: string | undefined): Promise<SpendResult> {
    try {
      const written = await this.#write([step], step.turn);
      const result = seedFor(applied(written, this.#unwritten).get(step.key) ?? {}, shown);
      return result.kind === 'given' ? { ...result, isSpent: true } : result;
    } catch (error) {
      return { kind: 'not-recorded', trouble: messageOf(error) };
    }
  }

  report(key: MachineKey, at: string): Promise<Recorded> {
    return this.#hold([this.#step(key, reportedAt(at))]);
  }

  fail(key: MachineKey, at: string, message: string): Promise<Recorded> {
    return this.#hold([this.#step(key, failedAt(at, message))]);
  }

  async silent(key: MachineKey, at: string): Promise<Recorded | undefined> {
    if (!isBootAwaited(await this.#recordOf(key))) return undefined;
    return this.#hold([this.#step(key, silentAt(at))]);
  }

  async bootedAgain(key: MachineKey, at: string): Promise<InstallState | undefined> {
    const record = await this.#recordOf(key);
    if (!isNextBoot(record, at)) return undefined;
    await this.#hold([this.#step(key, bootedAgainAt(at))]);
    return stateOfRecord(bootedAgainAt(at)(withdrawn(record)));
  }

  async close(): Promise<void> {
    clearTimeout(this.#retry);
    if (this.#unwritten.length > 0) await this.#take([]);
  }

  async #records(): Promise<{ readonly held: InstallRecords; readonly problem?: string | undefined }> {
    const before = this.#unwritten;
    const { records, problem } = await readState(this.layout);
    // what was written while the file was read may not be in what was read
    return { held: applied(records, [...new Set([...before, ...this.#unwritten])]), problem };
  }

  #step(key: MachineKey, change: Change): Step {
    this.#lastTurn += 1;
    return { turn: this.#lastTurn, key, change };
  }

  async #recordOf(key: MachineKey): Promise<InstallRecord> {
    return (await this.#records()).held.get(key) ?? {};
  }

  /** In force here first, then written, again and again until the disk takes it. */
  #hold(steps: readonly Step[], onTrouble: () => Promise<void> = async () => undefined): Promise<Recorded> {
    this.#unwritten = [...this.#unwritten, ...steps];
    const until = this.#lastTurn;
    return this.#turns.take(async () => {
      try {
        await this.#write([], until);
        return { isWritten: true };
      } catch (error) {
        await onTrouble().catch(() => undefined);
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => void this.close().catch(() => this.#hold([])), RETRY_MS);
        this.#retry.unref();
        return { isWritten: false, trouble: messageOf(error) };
      }
    });
  }

  /** Writes these steps when it is their turn. */
  #take(steps: readonly Step[]): Promise<InstallRecords> {
    const until = this.#lastTurn;
    return this.#turns.take(() => this.#write(steps, until));
  }

  /**
   * Writes these steps and what was asked for before them and waits, on top of what is there now.
   * @throws PxectlError of the disk
   */
  #write(steps: readonly Step[], until: number): Promise<InstallRecords> {
    const work = async (): Promise<InstallRecords> => {
      const there = await readState(this.layout);
      if (there.unreadable !== undefined) throw there.unreadable;
      if (there.isSpoilt === true) await keepAside(this.layout, new Date().toISOString());
      const held = this.#unwritten.filter(({ turn }) => turn <= until);
      const records = applied(there.records, [...held, ...steps]);
      await writeState(this.layout, records);
      this.#unwritten = this.#unwritten.filter((step) => !held.includes(step));
      return records;
    };
    return withLock(this.layout.root, 'machines', work, { timeoutMs: LOCK_TIMEOUT_MS });
  }
}

function applied(records: InstallRecords, steps: readonly Step[]): InstallRecords {
  const changed = new Map(records);
  for (const { key, change } of steps.toSorted((one, other) => one.turn - other.turn)) {
    changed.set(key, change(changed.get(key) ?? {}));
  }
  return changed;
}
