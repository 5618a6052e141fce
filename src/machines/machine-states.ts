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
  return { kind: 'installing', since, armedBy };
}

/** What its boot shows for an order; none once the machine has booted again. */
function tokenOfRecord({ armed, spent, bootedAgainAt }: InstallRecord): OrderToken | undefined {
  if (armed !== undefined) return armed.token === undefined ? undefined : { secret: armed.token };
  if (spent?.token === undefined || bootedAgainAt !== undefined) return undefined;
  return { secret: spent.token, spentAt: spent.at };
}

class FileStates implements MachineStates {
  /** changes that the disk did not take: they hold here, in their order */
  #unwritten: { readonly mac: MacAddress; readonly change: Change }[] = [];
  #retry: NodeJS.Timeout | undefined;
  /** machines that are installed together report together: one after the other */
  readonly #turns = new Turns();

  constructor(private readonly layout: Pick<StateLayout, 'root'>) {}

  async known(): Promise<KnownInstalls> {
    const { records, problem } = await readState(this.layout);
    const held = applied(records, this.#unwritten);
    const installs = new Map([...held].map(([mac, record]) => [mac, stateOfRecord(record)] as const));
    const tokens = new Map<MacAddress, OrderToken>();
    for (const [mac, record] of held) {
      const token = tokenOfRecord(record);
      if (token !== undefined) tokens.set(mac, token);
    }
    return { installs, tokens, ...(problem === undefined ? {} : { problem }) };
  }

  async arm(orders: ReadonlyMap<MacAddress, ArmedOrder>): Promise<void> {
    await this.#turns.take(async () => {
      const changes = [...orders].map(([mac, order]) => {
        const armed = { ...order, token: newTokenSecret() };
        return { mac, change: (): InstallRecord => ({ armed }) };
      });
      await this.#write(changes);
    });
  }

  disarm(macs: readonly MacAddress[]): Promise<Recorded> {
    const change: Change = ({ armed: _, ...rest }) => rest;
    return this.#hold(
      macs.map((mac) => ({ mac, change })),
      // on the disk they are still armed: a crash before the next try must not bring that back
      () => breakSeal(this.layout),
    );
  }

  spend(mac: MacAddress, at: string): Promise<SpendResult> {
    return this.#turns.take(async () => {
      const state = (await this.known()).installs.get(mac) ?? NOT_ARMED;
      if (state.kind === 'installing' || (state.kind === 'armed' && state.isAlways)) return { kind: 'given' };
      if (state.kind !== 'armed') return { kind: 'refused', state };
      const change: Change = ({ armed }) => ({ spent: { at, armedBy: state.by, token: armed?.token } });
      try {
        await this.#write([{ mac, change }]);
        return { kind: 'given' };
      } catch (error) {
        return { kind: 'not-recorded', trouble: messageOf(error) };
      }
    });
  }

  report(mac: MacAddress, at: string): Promise<Recorded> {
    const change: Change = ({ armed, spent, ...rest }) =>
      // an order that is for every boot stays one
      armed?.isAlways === true
        ? { ...rest, armed, ...(spent === undefined ? {} : { spent }), reportedAt: at }
        : { spent: spent ?? { at, armedBy: armed?.by ?? '', token: armed?.token }, reportedAt: at };
    return this.#hold([{ mac, change }]);
  }

  async bootedAgain(mac: MacAddress, at: string): Promise<InstallState | undefined> {
    const isNews = (state: InstallState | undefined): boolean =>
      state?.kind === 'installing' && Date.parse(at) - Date.parse(state.since) >= MIN_RESET_MS;
    if (!isNews((await this.known()).installs.get(mac))) return undefined;
    await this.#hold([{ mac, change: (record) => ({ ...record, bootedAgainAt: at }) }]);
    return (await this.known()).installs.get(mac);
  }

  async close(): Promise<void> {
    clearTimeout(this.#retry);
    await this.#turns.take(async () => {
      if (this.#unwritten.length > 0) await this.#write([]);
    });
  }

  /** In force here first, then written, again and again until the disk takes it. */
  #hold(
    changes: readonly { readonly mac: MacAddress; readonly change: Change }[],
    onTrouble: () => Promise<void> = async () => undefined,
  ): Promise<Recorded> {
    this.#unwritten.push(...changes);
    return this.#turns.take(async () => {
      try {
        await this.#write([]);
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

  /** Writes what waits and these changes, on top of what is there now. @throws PxectlError of the disk */
  async #write(changes: readonly { readonly mac: MacAddress; readonly change: Change }[]): Promise<void> {
    const waiting = this.#unwritten.length;
    await withLock(
      this.layout.root,
      'machines',
      async () => {
        const there = await readState(this.layout);
        if (there.isUnreadable === true) await keepAside(this.layout, new Date().toISOString());
        const all = [...this.#unwritten.slice(0, waiting), ...changes];
        await writeState(this.layout, applied(there.records, all));
      },
      { timeoutMs: LOCK_TIMEOUT_MS },
    );
    this.#unwritten = this.#unwritten.slice(waiting);
  }
}

function applied(
  records: InstallRecords,
  changes: readonly { readonly mac: MacAddress; readonly change: Change }[],
): InstallRecords {
  const changed = new Map(records);
  for (const { mac, change } of changes) changed.set(mac, change(changed.get(mac) ?? {}));
  return changed;
}
