import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { configText, prepareState } from '../support/engine/prepare-state.ts';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';

let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeEach(async () => {
  folder = await makeFolder();
  const { layout } = await prepareState(folder.path, configText());
  const event = {
    time: '2026-11-23T20:15:09.000Z',
    type: 'dhcp.discover',
    mac: '52:54:00:12:34:56',
    firmware: 'bios',
    detail: {},
  };
  await writeFile(join(layout.root, 'events.jsonl'), `${JSON.stringify(event)}\n`);
});
afterEach(() => folder.remove());

it('people read times in their own zone, programs in UTC', async () => {
  const india = { cwd: folder.path, env: { TZ: 'Asia/Kolkata' } };
  expect((await pxectl(['logs'], india)).stdout).toMatch(/^2026-11-24 01:45:09 {2}52:54:00:12:34:56/);
  expect((await pxectl(['status'], india)).stdout).toContain('bios  2026-11-24 01:45:09');
  expect((await pxectl(['logs', '--json'], india)).stdout).toContain('"time":"2026-11-23T20:15:09.000Z"');
});
