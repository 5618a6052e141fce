import { setTimeout as sleep } from 'node:timers/promises';
import { usageError } from '../../model/errors.ts';
import { Turns } from '../../platform/turns.ts';
import type { ControlHandlers } from '../api.ts';

const READS = ['status', 'machines', 'boots', 'boot', 'findings', 'transfers', 'images', 'plan'] as const;
type Read = (typeof READS)[number];

/** An answer holds for who asks the same soon after. */
const KEPT_MS = 1_000;
const MAX_ANSWERS = 64;
/** before the next one begins, as long as the one before took, and no longer than this */
const MAX_REST_MS = 250;

/**
 * Reads for whoever has not shown the token: one after the other with rests between them, and one for all who ask the same, so that
 * to look on, however often, slows no boot.
 */
export function guestReads(handlers: ControlHandlers): ControlHandlers {
  const turns = new Turns();
  const answers = new Map<string, Promise<unknown>>();
  let restUntilMs = 0;

  const inTurn = async (name: Read, input: object): Promise<unknown> => {
    await sleep(Math.max(0, restUntilMs - performance.now()));
    const beganMs = performance.now();
    try {
      return await (handlers[name] as (input: object) => Promise<unknown>)(input);
    } finally {
      const nowMs = performance.now();
      restUntilMs = nowMs + Math.min(MAX_REST_MS, nowMs - beganMs);
    }
  };
  const read = async (name: Read, input: object): Promise<unknown> => {
    const key = `${name} ${JSON.stringify(input)}`;
    const there = answers.get(key);
    if (there !== undefined) return there;
    if (answers.size >= MAX_ANSWERS) {
      throw usageError({
        what: 'too many look on at once',
        next: 'ask again in a second, or show the token',
      });
    }
    const answer = turns.take(() => inTurn(name, input));
    answers.set(key, answer);
    const forget = (): void => void setTimeout(() => answers.delete(key), KEPT_MS).unref();
    answer.then(forget, forget);
    return answer;
  };
  const shared = READS.map((name) => [name, (input: object) => read(name, input)] as const);
  return { ...handlers, ...(Object.fromEntries(shared) as Pick<ControlHandlers, Read>) };
}
