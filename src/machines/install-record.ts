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

/** The state that a record stands for. An order beside a boot that was spent is for the boot after that one. */
export function stateOfRecord(record: InstallRecord | undefined): InstallState {
  if (record === undefined) return NOT_ARMED;
  const { armed, spent, reportedAt, failed, bootedAgainAt, silentAt, closedAt } = record;
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
  if (bootedAgainAt !== undefined)
    return { kind: 'unreported', since, at: bootedAgainAt, how: 'booted-again' };
  if (silentAt !== undefined) return { kind: 'unreported', since, at: silentAt, how: 'silent' };
  return { kind: 'installing', since, armedBy };
}

/** Whether more became of the boot that was spent than that it has its seed. */
const hasEnded = ({ reportedAt, failed, bootedAgainAt, silentAt }: InstallRecord): boolean =>
  (reportedAt ?? failed ?? bootedAgainAt ?? silentAt) !== undefined;

/** The boot that has its seed, and has neither reported an end, nor been followed by another, nor been silent for too long. */
function runningBoot(record: InstallRecord): RunningInstall | undefined {
  const { spent, closedAt } = record;
  if (spent === undefined || hasEnded(record)) return undefined;
  return { since: spent.at, armedBy: spent.armedBy, isClosed: closedAt !== undefined };
}

/** What its boots show for their orders; the one of a boot that was spent may report a day long, whatever was seen meanwhile. */
export function tokenOfRecord(record: InstallRecord): OrderToken | undefined {
  const { armed, spent } = record;
  // without another order its state says more to whoever asks
  const isOver = armed !== undefined && hasEnded(record);
  const earlier =
    spent?.token === undefined
      ? undefined
      : { secret: spent.token, spentAt: spent.at, ...(isOver ? { isOver } : {}) };
  if (armed?.token === undefined) return armed === undefined ? earlier : undefined;
  return {
    secret: armed.token,
    ...(armed.isAlways ? {} : { isUnspent: true }),
    ...(earlier === undefined ? {} : { earlier }),
  };
}

/**
 * What a boot gets that asks for the seed and shows this token. Boot files hold the token of the order that they were written for, so
 * that of a new order is shown by a boot that began after it: whether that boot was seen does not count.
 */
export function seedAsked(record: InstallRecord, shown: string | undefined): 'given' | 'spends' | 'refused' {
  const { armed } = record;
  const running = runningBoot(record);
  // an order that an older pxectl wrote has no token: the boot that was spent has to be over
  const isForOrder = armed?.token === undefined ? running === undefined : shown === armed.token;
  if (armed !== undefined && isForOrder) return armed.isAlways ? 'given' : 'spends';
  return running === undefined || running.isClosed ? 'refused' : 'given';
}

/** Whether the next network boot of the machine says something of the one that was spent. */
export function isBootAwaited(record: InstallRecord): boolean {
  return runningBoot(record) !== undefined;
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

/** The order is used up by the boot that asks with its token. */
export function spentAt(at: string, shown: string | undefined): Change {
  return (record) =>
    seedAsked(record, shown) === 'spends'
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

/** It boots from the network: the boot that was spent is over, and may still report. */
export function bootedAgainAt(at: string): Change {
  return (record) => (isNextBoot(record, at) ? { ...record, bootedAgainAt: at } : record);
}

/** Nobody waits any more for the boot that was spent; it may still report. */
export function silentAt(at: string): Change {
  return (record) => (runningBoot(record)?.isClosed === false ? { ...record, silentAt: at } : record);
}
