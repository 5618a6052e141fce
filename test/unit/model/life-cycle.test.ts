import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  armedWith,
  bootedAgainAt,
  disarmedAt,
  failedAt,
  reportedAt,
  silentAt,
  spentAt,
  stateOfRecord,
  withdrawn,
  type Change,
} from '../../../src/machines/install-record.ts';
import type { InstallRecord } from '../../../src/machines/state-file.ts';
import { LIFE_STATES, LIFE_TRANSITIONS, lifeOf } from '../../../src/model/life-cycle.ts';

const START = Date.parse('2026-11-28T06:00:00.000Z');
const at = (minutes: number): string => new Date(START + minutes * 60_000).toISOString();

/** Everything that can happen to the record of a machine. */
const CHANGES: Readonly<Record<string, (time: string) => Change>> = {
  arm: (time) => armedWith({ at: time, by: 'me', isAlways: false, token: time }),
  armAlways: (time) => armedWith({ at: time, by: 'me', isAlways: true, token: time }),
  disarm: disarmedAt,
  withdraw: () => withdrawn,
  // by a boot that began after the order, and by one that was on its way before
  spend: (time) => (record) => spentAt(time, record.armed?.token)(record),
  askAgain: (time) => (record) => spentAt(time, record.spent?.token)(record),
  report: reportedAt,
  fail: (time) => failedAt(time, 'no disk'),
  bootAgain: bootedAgainAt,
  silent: silentAt,
};

describe('the life of a machine', () => {
  it('goes along its transitions alone, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.keys(CHANGES)), { maxLength: 30 }), (names) => {
        let record: InstallRecord = {};
        let before = lifeOf({ install: stateOfRecord(record), nowMs: START });
        for (const [index, name] of names.entries()) {
          const time = at(index + 1);
          record = CHANGES[name]?.(time)(record) ?? record;
          const life = lifeOf({ install: stateOfRecord(record), nowMs: Date.parse(time) });
          if (life.state !== before.state) expect(LIFE_TRANSITIONS[before.state]).toContain(life.state);
          // an order comes from arm alone
          if (life.order !== undefined && before.order === undefined) expect(name).toMatch(/^arm/);
          before = life;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('every state is reached from another, and each can be left', () => {
    for (const state of LIFE_STATES.filter((one) => one !== 'new')) {
      expect(Object.values(LIFE_TRANSITIONS).some((next) => next.includes(state))).toBe(true);
      expect(LIFE_TRANSITIONS[state]).not.toContain(state);
      expect(LIFE_TRANSITIONS[state].length).toBeGreaterThan(0);
    }
  });

  it('an armed machine is on its way only by a boot that began after the order', () => {
    const install = { kind: 'armed', at: at(10), by: 'me', isAlways: false } as const;
    const boot = (start: number) => ({ startedAt: at(start), lastEventAt: at(start), isDone: false });
    expect(lifeOf({ install, boot: boot(9), nowMs: Date.parse(at(11)) })).toMatchObject({ state: 'armed' });
    expect(lifeOf({ install, boot: boot(10.5), nowMs: Date.parse(at(11)) })).toEqual({
      state: 'booting',
      since: at(10.5),
      why: 'armed by me',
      order: 'once',
    });
    // nothing was heard of it for an hour
    expect(lifeOf({ install, boot: boot(10.5), nowMs: Date.parse(at(71)) })).toMatchObject({
      state: 'armed',
    });
  });

  it('a failed install is not tried again by itself, and a report after all counts', () => {
    const spent = spentAt(at(1), 't')(armedWith({ at: at(0), by: 'me', isAlways: false, token: 't' })({}));
    const failed = failedAt(at(2), 'no disk')(spent);
    expect(lifeOf({ install: stateOfRecord(failed), nowMs: START })).toEqual({
      state: 'failed',
      since: at(2),
      why: 'no disk',
    });
    expect(stateOfRecord(spentAt(at(3), 't')(failed))).toMatchObject({ kind: 'failed' });
    expect(stateOfRecord(reportedAt(at(4))(failed))).toMatchObject({ kind: 'installed' });
    // nobody installs: there is nothing that could fail
    expect(stateOfRecord(failedAt(at(2), 'x')({}))).toEqual({ kind: 'not-armed' });
  });
});
