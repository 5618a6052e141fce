import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linesOnTerminal } from '../support/on-terminal.ts';
import { configText, prepareState } from '../support/engine/prepare-state.ts';
import { recordedBoot } from '../support/recorded-boots.ts';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';

const BROKEN = '52:54:00:12:34:58';
const HOSTILE = '"><img src=x onerror=alert(1)>\u001b[31m\nnext: rm -rf /';

describe('pxectl history', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  const cli = (...args: readonly string[]) => pxectl(args, { cwd: folder.path });
  const lines = async (...args: readonly string[]) =>
    (await cli('history', ...args)).stdout.trim().split('\n');

  beforeAll(async () => {
    folder = await makeFolder();
    await prepareState(
      folder.path,
      configText(
        'proxy',
        `machines:
  - { mac: 52:54:00:12:34:56, name: node-1 }
  - { mac: 52:54:00:12:34:57, name: idle }
  - { mac: 52:54:00:12:34:58, name: broken }
`,
      ),
    );
    const records = [
      recordedBoot({ startedAt: '2026-11-01T10:00:00.000Z', kernelAfterMs: 5_000 }),
      recordedBoot({ startedAt: '2026-11-02T10:00:00.000Z', kernelAfterMs: 5_000 }),
      recordedBoot({ startedAt: '2026-11-03T10:00:00.000Z', kernelAfterMs: 5_000 }),
      recordedBoot({ startedAt: '2026-11-04T10:00:00.000Z', kernelAfterMs: 75_000 }),
      recordedBoot({
        startedAt: '2026-11-05T10:00:00.000Z',
        mac: '52:54:00:00:00:99',
        machineName: HOSTILE,
        finding: HOSTILE,
      }),
    ];
    await writeFile(join(folder.path, '.pxectl/history.jsonl'), `${records.join('\n')}\nno boot\n`);
  });
  afterAll(() => folder.remove());

  it('is one line for each boot, the slow stage and the finding told, and fits 80 columns', async () => {
    const [heading, ...boots] = await lines();
    expect(heading).toMatch(/^BOOT +WHEN +MACHINE +FIRMWARE +OUTCOME +TOOK +SLOW/);
    expect(boots).toHaveLength(5);
    expect(boots[0]).toMatch(/node-1 +uefi-x64 +booted +6\.0 s +-$/);
    expect(boots[3]).toMatch(/node-1 +uefi-x64 +booted +1 min 16 s +loader 1 min/);
    expect(boots[4]).toMatch(/failed/);
    expect(boots.join('')).not.toContain('\u001b');
    for (const line of await linesOnTerminal(['history'], folder.path))
      expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows one machine, by name or address, and since a time', async () => {
    expect(await lines('node-1')).toHaveLength(5);
    expect(await lines('52-54-00-00-00-99')).toHaveLength(2);
    expect(await lines('--since', '2026-11-03', 'node-1')).toHaveLength(3);
    const idle = await cli('history', 'idle');
    expect(idle).toMatchObject({ stdout: '', exitCode: 0 });
    const unknown = await cli('history', 'nod-1');
    expect(unknown).toMatchObject({ exitCode: 2 });
    expect(unknown.stderr).toContain('did you mean node-1?');
    const wrong = await cli('history', '--since', 'yesteryear');
    expect(wrong).toMatchObject({ exitCode: 2 });
    expect(wrong.stderr).toContain('so long ago (90m, 2h, 3d)');
  });

  it('machines tells the finding of a boot whose events are gone, or all but its last', async () => {
    const finding = async () => {
      const { stdout } = await cli('machines');
      return /^broken .*$/m.exec(stdout)?.[0];
    };
    const layout = join(folder.path, '.pxectl');
    const record = recordedBoot({
      startedAt: '2026-11-06T10:00:00.000Z',
      mac: BROKEN,
      machineName: 'broken',
      finding: 'none',
    });
    await appendFile(join(layout, 'history.jsonl'), `${record}\n`);
    expect(await finding()).toMatch(/kernel +\S+ \S+ +kernel-not-req/);
    const { lastEventAt } = JSON.parse(record) as { lastEventAt: string };
    // iPXE asks DHCP again in the middle of a boot
    const last = { time: lastEventAt, type: 'dhcp.discover', mac: BROKEN, firmware: 'ipxe', detail: {} };
    await writeFile(join(layout, 'events.jsonl'), `${JSON.stringify(last)}\n`);
    expect(await finding()).toMatch(/kernel +\S+ \S+ +kernel-not-req/);
  });

  it('tells it all in JSON, with what is usual for each stage', async () => {
    const { stdout } = await cli('history', 'node-1', '--json', '--since', '2026-11-04');
    const { schema, boots } = JSON.parse(stdout) as { schema: string; boots: Record<string, unknown>[] };
    expect(schema).toBe('pxectl.history/1');
    expect(boots).toHaveLength(1);
    expect(boots[0]).toMatchObject({
      machine: 'node-1',
      outcome: 'booted',
      durationMs: 76_000,
      findings: [],
    });
    expect(boots[0]?.['id']).toMatch(/^20261104-100000-[0-9a-f]{8}$/);
    expect(boots[0]?.['stages']).toContainEqual(
      expect.objectContaining({ stage: 'loader', spanMs: 74_000, ownMedianMs: 4_000, isSlow: true }),
    );
  });
});
