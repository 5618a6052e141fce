import { messageOf } from '../model/errors.ts';
import { NOT_ARMED, type ArmedOrder, type InstallState, type KnownInstalls } from '../model/machine-state.ts';
import type { OrderToken } from '../model/order-token.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { withLock } from '../platform/file-lock.ts';
import { Turns } from '../platform/turns.ts';
import type { MacAddress } from '../protocol/addresses.ts';
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
  | { readonly kind: 'given' }
  | { readonly kind: 'refused'; readonly state: InstallState }
  /** the order is there, and that it is spent cannot be written: nothing may be installed */
  | { readonly kind: 'not-recorded'; readonly trouble: string };

/**
 * What is known and decided of installs, in `.pxectl/machines.json`. Every change reads what is there, under a lock that
 * holds across processes. A disarm is in force at once in this process, whatever the disk does.
 */
export interface MachineStates {
  known(): Promise<KnownInstalls>;
  /** @throws PxectlError of the disk: an order that is not written is none */
  arm(orders: ReadonlyMap<MacAddress, ArmedOrder>): Promise<void>;
  /** In force when it is called; closes the seed of a boot that installs too: what its installer has, it has. */
  disarm(macs: readonly MacAddress[]): Promise<Recorded>;
  /** A boot asks for the seed: the order is spent, on the disk, before the answer. The same boot may ask again. */
  spend(mac: MacAddress, at: string): Promise<SpendResult>;
  /** The machine said that it is installed. */
  report(mac: MacAddress, at: string): Promise<Recorded>;
  /** It boots from the network again: what was spent is closed. Resolves with its state when that changed. */
  bootedAgain(mac: MacAddress, at: string): Promise<InstallState | undefined>;
  /** Writes what could not be written, if there is such a thing. */
  close(): Promise<void>;
}

/** A machine that fetched its seed cannot be back in its firmware sooner than this. */
const MIN_RESET_MS = 3_000;
const RETRY_MS = 5_000;
/** Twelve commands side by side wait for each other; one that hangs must not hang the rest for ever. */
const LOCK_TIMEOUT_MS = 60_000;

type Change = (record: InstallRecord) => InstallRecord;

/** Changes hold in the order in which they were asked for, whatever order the disk takes them in. */
interface Step {
  readonly turn: number;
  readonly mac: MacAddress;
  readonly change: Change;
}

/** @see MachineStates */
export function openMachineStates(layout: Pick<StateLayout, 'root'>): MachineStates {
  return new FileStates(layout);
}

/** The state that a record stands for. */
function stateOfRecord(record: InstallRecord | undefined): InstallState {
  if (record?.armed !== undefined) {
    // states are shown to whoever asks for them
    const { token: _, ...order } = record.armed;
    return { kind: 'armed', ...order };
  }
  if (record?.spent === undefined) return NOT_ARMED;
  const { at: since, armedBy } = record.spent;
  if (record.reportedAt !== undefined) return { kind: 'installed', since, at: record.reportedAt };
  if (record.bootedAgainAt !== undefined) {
    return { kind: 'unreported', since, bootedAgainAt: record.bootedAgainAt };
  }
  if (record.closedAt !== undefined) return NOT_ARMED;
  return { kind: 'installing', since, armedBy };
}

/** What its boot shows for an order; none once the machine has booted again. */
function tokenOfRecord({ armed, spent, bootedAgainAt }: InstallRecord): OrderToken | undefined {
  if (armed !== undefined) return armed.token === undefined ? undefined : { secret: armed.token };
  if (spent?.token === undefined || bootedAgainAt !== undefined) return undefined;
  return { secret: spent.token, spentAt: spent.at };
}

/** What a boot in this state gets; an order for one boot has to be spent first. */
function seedFor(state: InstallState): SpendResult {
  const isGiven = state.kind === 'installing' || (state.kind === 'armed' && state.isAlways);
  return isGiven ? { kind: 'given' } : { kind: 'refused', state };
}

const isSpendable = (state: InstallState): boolean => state.kind === 'armed' && !state.isAlways;

class FileStates implements MachineStates {
  /** changes that the disk did not take: they hold here, in their order */
  #unwritten: readonly Step[] = [];
  #lastTurn = 0;
  #retry: NodeJS.Timeout | undefined;
  /** machines that are installed together report together: one after the other */
  readonly #turns = new Turns();

  constructor(private readonly layout: Pick<StateLayout, 'root'>) {}

  async known(): Promise<KnownInstalls> {
    const before = this.#unwritten;
    const { records, problem } = await readState(this.layout);
    // what was written while the file was read may not be in what was read
    const held = applied(records, [...new Set([...before, ...this.#unwritten])]);
    const installs = new Map([...held].map(([mac, record]) => [mac, stateOfRecord(record)] as const));
    const tokens = new Map<MacAddress, OrderToken>();
    for (const [mac, record] of held) {
      const token = tokenOfRecord(record);
      if (token !== undefined) tokens.set(mac, token);
    }
    return { installs, tokens, ...(problem === undefined ? {} : { problem }) };
  }

  async arm(orders: ReadonlyMap<MacAddress, ArmedOrder>): Promise<void> {
    const steps = [...orders].map(([mac, order]) => {
      const armed = { ...order, token: newTokenSecret() };
      return this.#step(mac, () => ({ armed }));
    });
    await this.#take(steps);
  }

  disarm(macs: readonly MacAddress[]): Promise<Recorded> {
    const closedAt = new Date().toISOString();
    const change: Change = ({ armed: _, ...rest }) => ({
      ...rest,
      ...(stateOfRecord(rest).kind === 'installing' ? { closedAt } : {}),
    });
    return this.#hold(
      macs.map((mac) => this.#step(mac, change)),
      // on the disk they are still armed: a crash before the next try must not bring that back
      () => breakSeal(this.layout),
    );
  }

  async spend(mac: MacAddress, at: string): Promise<SpendResult> {
    // decided under the lock: nobody may disarm between the look and the answer
    const step = this.#step(mac, (record) =>
      isSpendable(stateOfRecord(record))
        ? { spent: { at, armedBy: record.armed?.by ?? '', token: record.armed?.token } }
        : record,
    );
    // nothing to write: neither the disk nor another process is waited for
    const answer = async (): Promise<SpendResult | undefined> => {
      const state = await this.#stateOf(mac);
      return isSpendable(state) ? undefined : seedFor(state);
    };
    return (await answer()) ?? this.#turns.take(async () => (await answer()) ?? this.#spend(step));
  }

  async #spend(step: Step): Promise<SpendResult> {
    try {
      const written = await this.#write([step], step.turn);
      return seedFor(stateOfRecord(applied(written, this.#unwritten).get(step.mac)));
    } catch (error) {
      return { kind: 'not-recorded', trouble: messageOf(error) };
    }
  }

  report(mac: MacAddress, at: string): Promise<Recorded> {
    const change: Change = ({ armed, spent, ...rest }) =>
      // an order that is for every boot stays one
      armed?.isAlways === true
        ? { ...rest, armed, ...(spent === undefined ? {} : { spent }), reportedAt: at }
        : { spent: spent ?? { at, armedBy: armed?.by ?? '', token: armed?.token }, reportedAt: at };
    return this.#hold([this.#step(mac, change)]);
  }

  async bootedAgain(mac: MacAddress, at: string): Promise<InstallState | undefined> {
    const isNews = (state: InstallState): boolean =>
      state.kind === 'installing' && Date.parse(at) - Date.parse(state.since) >= MIN_RESET_MS;
    if (!isNews(await this.#stateOf(mac))) return undefined;
    const close: Change = (record) =>
      isNews(stateOfRecord(record)) ? { ...record, bootedAgainAt: at } : record;
    await this.#hold([this.#step(mac, close)]);
    return this.#stateOf(mac);
  }

  async close(): Promise<void> {
    clearTimeout(this.#retry);
    if (this.#unwritten.length > 0) await this.#take([]);
  }

  #step(mac: MacAddress, change: Change): Step {
    this.#lastTurn += 1;
    return { turn: this.#lastTurn, mac, change };
  }

  async #stateOf(mac: MacAddress): Promise<InstallState> {
    return (await this.known()).installs.get(mac) ?? NOT_ARMED;
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
  for (const { mac, change } of steps.toSorted((one, other) => one.turn - other.turn)) {
    changed.set(mac, change(changed.get(mac) ?? {}));
  }
  return changed;
}
