import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SessionBoots } from '../../../src/control/session-boots.ts';
import { stateLayout } from '../../../src/model/state-layout.ts';
import { parseMac } from '../../../src/protocol/addresses.ts';
import { parseRecord, type RecordedBoot } from '../../../src/watch/boot-record.ts';
import { recordedBoot } from '../../support/recorded-boots.ts';

const MAC = parseMac('52:54:00:12:34:56')!;
let root: string;
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'pxectl-boots-'))));
afterEach(() => rm(root, { recursive: true }));

/** The boots of a session that remembers these, beside a history of those. */
async function sessionBoots(remembered: readonly RecordedBoot[], history: readonly string[]) {
  await writeFile(join(root, 'history.jsonl'), history.map((line) => `${line}\n`).join(''));
  return new SessionBoots({
    history: { boots: async () => remembered, onEnd: () => () => undefined },
    project: { layout: stateLayout(root) },
    context: { config: { machines: [{ mac: MAC, name: 'node-1' }] } },
    seenMachines: () => new Map(),
  } as never);
}
const failed = recordedBoot({ startedAt: '2026-11-02T10:00:00.000Z', finding: 'it failed' });
const boot = (startedAt: string, more: Partial<RecordedBoot> = {}): RecordedBoot => ({
  ...parseRecord(recordedBoot({ startedAt }))!,
  ...more,
});

describe('the boots of a session', () => {
  it('are those that it remembers, and those of the history before them, each once', async () => {
    const old = recordedBoot({ startedAt: '2026-11-01T10:00:00.000Z' });
    const running = boot('2026-11-03T10:00:00.000Z', { outcome: 'running' });
    const boots = await sessionBoots([running], [old, failed]);
    const days = async (limit: number, word?: string) =>
      (await boots.list(limit, word)).map(({ startedAt }) => startedAt.slice(8, 10));
    expect(await days(10)).toEqual(['01', '02', '03']);
    expect(await days(2)).toEqual(['02', '03']);
    expect(await days(10, 'node-1')).toEqual(['01', '02', '03']);
    expect(await days(10, '52-54-00-00-00-99')).toEqual([]);
    expect((await boots.latest()).ofMachine({ name: 'node-1' })).toBe(running);
    expect((await boots.find(running.id))?.boot).toBe(running);
    expect(await boots.find('20261104-100000-00000000')).toBeUndefined();
  });

  it('one that has lost its first events neither hides what was wrong nor counts twice', async () => {
    const { lastEventAt } = parseRecord(failed)!;
    const boots = await sessionBoots([boot('2026-11-02T10:00:03.000Z', { lastEventAt })], [failed]);
    expect((await boots.latest()).ofCard(MAC)?.outcome).toBe('failed');
    expect(await boots.list(10, undefined)).toHaveLength(1);
  });
});
