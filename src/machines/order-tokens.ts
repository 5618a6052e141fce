import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { OrderToken } from '../model/order-token.ts';

/** Longer than any install: a report later than that is of another boot. */
const VALID_AFTER_SEED_MS = 24 * 3_600_000;

/** A secret for one order. */
export function newTokenSecret(): string {
  return randomBytes(16).toString('hex');
}

/**
 * Whether what a client shows is the token of an order that is armed, or was spent within a day; only a boot that has spent it has
 * something to report. A boot that has told its end gets
 * no seed for it any more, and may tell its end again: it may not have heard the answer.
 */
export function isTokenOf(
  order: OrderToken | undefined,
  shown: string | undefined,
  what: 'seed' | 'report',
  nowMs = Date.now(),
): boolean {
  if (order === undefined || shown === undefined) return false;
  if (isTokenOf(order.earlier, shown, what, nowMs)) return true;
  if (order.isOver === true && what === 'seed') return false;
  if (order.isUnspent === true && what === 'report') return false;
  if (order.spentAt !== undefined && nowMs - Date.parse(order.spentAt) > VALID_AFTER_SEED_MS) return false;
  const [is, wanted] = [Buffer.from(shown), Buffer.from(order.secret)];
  return is.length === wanted.length && timingSafeEqual(is, wanted);
}
