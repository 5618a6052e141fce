import {
  NOT_ARMED,
  type ArmedOrder,
  type InstallState,
  type RunningInstall,
} from '../model/machine-state.ts';
import type { OrderToken } from '../model/order-token.ts';
import type { InstallRecord } from './state-file.ts';

/** What happens to a record. Pure. */
export type Change = (record: InstallRecord) => InstallRecord;

/** A machine that fetched its seed cannot be back in its firmware sooner than this. */
const MIN_RESET_MS = 3_000;

/**
 * The state that a record stands for. An order beside a boot that was spent is for the boot after that one: the next
 * network boot that is seen drops what was spent.
 */
export function stateOfRecord(record: InstallRecord | undefined): InstallState {
  if (record === undefined) return NOT_ARMED;
  const { armed, spent, reportedAt, failed, bootedAgainAt, closedAt } = record;
  if (armed !== undefined) {
    // states are shown to whoever asks for them
    const { token: _, ...order } = armed;
    const running = runningBoot(record);
    return { kind: 'armed', ...order, ...(running === undefined ? {} : { running }) };
  }
  if (spent === undefined) return NOT_ARMED;
  const { at: since, armedBy } = spent;
  if (reportedAt !== undefined) return { kind: 'installed', since, at: reportedAt };
  if (failed !== undefined) return { kind: 'failed', since, ...failed };
  if (closedAt !== undefined) return NOT_ARMED;
  if (bootedAgainAt !== undefined) return { kind: 'unreported', since, bootedAgainAt };
  return { kind: 'installing', since, armedBy };
}

/** The boot that has its seed, and has neither reported an end nor been followed by another. */
function runningBoot({
  spent,
  reportedAt,
  failed,
  bootedAgainAt,
  closedAt,
}: InstallRecord): RunningInstall | undefined {
  if (spent === undefined || (reportedAt ?? failed ?? bootedAgainAt) !== undefined) return undefined;
  return { since: spent.at, armedBy: spent.armedBy, isClosed: closedAt !== undefined };
}

/** What its boots show for their orders; the one of a boot that was spent ends when the machine has booted again. */
export function tokenOfRecord({
  armed,
  spent,
  reportedAt,
  failed,
  bootedAgainAt,
}: InstallRecord): OrderToken | undefined {
  // without another order its state says more to whoever asks
  const isOver = armed !== undefined && (reportedAt ?? failed) !== undefined;
  const earlier =
    spent?.token === undefined || bootedAgainAt !== undefined
      ? undefined
      : { secret: spent.token, spentAt: spent.at, ...(isOver ? { isOver } : {}) };
  if (armed?.token === undefined) return armed === undefined ? earlier : undefined;
  return { secret: armed.token, ...(earlier === undefined ? {} : { earlier }) };
}

/** Whether the next boot that asks for the seed is the one that this order is for. */
export function isSpendable(state: InstallState): boolean {
  return state.kind === 'armed' && !state.isAlways && state.running === undefined;
}

/** What a boot in this state gets that does not have to spend an order first. */
export function isSeedGiven(state: InstallState): boolean {
  if (state.kind === 'installing') return true;
  if (state.kind !== 'armed') return false;
  return state.running === undefined ? state.isAlways : !state.running.isClosed;
}

/** Whether the next network boot of the machine ends something: what was spent, or its part in the order beside it. */
export function isBootAwaited(record: InstallRecord): boolean {
  return record.spent !== undefined && (record.armed !== undefined || runningBoot(record) !== undefined);
}

/**
 * A boot that was spent stays beside the order: it may still run, and report. An order that is given again keeps its token: the
 * machine may have its boot file already.
 */
export function armedWith(order: ArmedOrder & { readonly token: string }): Change {
  return ({ armed: earlier, ...before }) => {
    const armed = { ...order, token: earlier?.token ?? order.token };
    return before.spent === undefined ? { armed } : { ...before, armed };
  };
}

/** The order is none any more. */
export const withdrawn: Change = ({ armed: _, ...rest }) => rest;

/** No order, and no seed for the boot that installs. */
export function disarmedAt(closedAt: string): Change {
  return ({ armed: _, ...rest }) => ({
    ...rest,
    ...(stateOfRecord(rest).kind === 'installing' ? { closedAt } : {}),
  });
}

/** The order is used up by the boot that asks. */
export function spentAt(at: string): Change {
  return (record) =>
    isSpendable(stateOfRecord(record))
      ? { spent: { at, armedBy: record.armed?.by ?? '', token: record.armed?.token } }
      : record;
}

/** Whoever reports is the boot that was spent: an order that is for a later one, or for every one, stays. */
export function reportedAt(at: string): Change {
  return ({ armed, spent, failed: _, ...rest }) => {
    if (armed !== undefined && (armed.isAlways || spent !== undefined)) {
      return { ...rest, armed, ...(spent === undefined ? {} : { spent }), reportedAt: at };
    }
    return { spent: spent ?? { at, armedBy: armed?.by ?? '', token: armed?.token }, reportedAt: at };
  };
}

/** The installer of the boot that was spent gave up; where none was, there is nothing that could have failed. */
export function failedAt(at: string, message: string): Change {
  return (record) =>
    record.spent === undefined || record.reportedAt !== undefined
      ? record
      : { ...record, failed: { at, message } };
}

/** Whether a network boot at this time is another one than the boot that was spent. */
export function isNextBoot(record: InstallRecord, at: string): boolean {
  if (record.spent === undefined || !isBootAwaited(record)) return false;
  return Date.parse(at) - Date.parse(record.spent.at) >= MIN_RESET_MS;
}

/** It boots from the network: what was spent is over, and an order beside it is for this boot. */
export function bootedAgainAt(at: string): Change {
  return (record) => {
    if (!isNextBoot(record, at)) return record;
    return record.armed === undefined ? { ...record, bootedAgainAt: at } : { armed: record.armed };
  };
}
