import { setTimeout as sleep } from 'node:timers/promises';
import { usageError } from '../../model/errors.ts';
import { Turns, type InTurn } from '../../platform/turns.ts';
import type { ControlHandlers } from '../api.ts';

const READS = ['status', 'machines', 'boots', 'boot', 'findings', 'transfers', 'images', 'plan'] as const;
type Read = (typeof READS)[number];

const MAX_WAITING = 64;
/** before the next one begins, as long as the one before took, and no longer than this */
const MAX_REST_MS = 250;

/**
 * Reads for whoever has not shown the token: one after the other with rests between them, and one for all who wait for the same, so
 * that to look on, however often, slows no boot. What has begun is shared with nobody who asks later: a page asks since something
 * has just happened.
 */
export function guestReads(handlers: ControlHandlers): ControlHandlers {
  const turns = new Turns();
  const waiting = new Map<string, Promise<unknown>>();
  let restUntilMs = 0;

  const inTurn: InTurn = (work) =>
    turns.take(async () => {
      await sleep(Math.max(0, restUntilMs - performance.now()));
      const beganMs = performance.now();
      try {
        return await work();
      } finally {
        const nowMs = performance.now();
        restUntilMs = Math.max(restUntilMs, nowMs + Math.min(MAX_REST_MS, nowMs - beganMs));
      }
    });
  const read = async (name: Read, input: object): Promise<unknown> => {
    const key = `${name} ${JSON.stringify(input)}`;
    const there = waiting.get(key);
    if (there !== undefined) return there;
    if (waiting.size >= MAX_WAITING) {
      throw usageError({
        what: 'too many look on at once',
        next: 'ask again in a second, or show the token',
      });
    }
    const answer = inTurn(() => {
      waiting.delete(key);
      return (handlers[name] as (input: object) => Promise<unknown>)(input);
    });
    waiting.set(key, answer);
    return answer;
  };
  const shared = READS.map((name) => [name, (input: object) => read(name, input)] as const);
  const events: ControlHandlers['events'] = (input, signal) => handlers.events(input, signal, inTurn);
  return { ...handlers, events, ...(Object.fromEntries(shared) as Pick<ControlHandlers, Read>) };
}
