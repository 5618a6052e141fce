import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { boundLogs, previousLogPath } from '../../../src/platform/bounded-logs.ts';
import { followLog } from '../../../src/platform/follow-log.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-log-'));
  path = join(folder, 'server.log');
});
afterEach(() => rm(folder, { recursive: true }));

it('a log that nobody reads is emptied, and its newest lines are kept', async () => {
  await writeFile(path, 'x\n'.repeat(2_000_000));
  await appendFile(path, 'the last words\n');
  const bound = boundLogs([path, join(folder, 'not-there.log')], 1_000_000);
  await expect.poll(async () => (await stat(path)).size, { timeout: 15_000 }).toBe(0);
  bound.stop();
  const kept = await readFile(previousLogPath(path), 'utf8');
  expect(kept.length).toBeLessThanOrEqual(1024 * 1024);
  expect(kept.endsWith('x\nthe last words\n')).toBe(true);
});

it('a line that cannot be handled costs that line', async () => {
  const heard: string[] = [];
  const log = followLog(path, (line) => {
    if (line === 'bad') throw new Error('no');
    heard.push(line);
  });
  await writeFile(path, 'a\nbad\nb\nbad');
  await log.stop();
  expect(heard).toEqual(['a', 'b']);
});

/** Resolves when nothing was written to the log, and nothing taken out of it, for a while. */
async function atRest(): Promise<void> {
  for (let before = -1, same = 0; same < 10;) {
    const { size } = await stat(path);
    same = size === before ? same + 1 : 0;
    before = size;
    await sleep(50);
  }
}

it('a flood is followed near its end: lines stay whole, the file bounded, and what is left out is said', async () => {
  const flood = `const { appendFileSync } = require('node:fs');
    for (let n = 0; n < 400; n++) appendFileSync(${JSON.stringify(path)}, (n + ' ' + 'x'.repeat(990) + '\\n').repeat(200));`;
  let skippedBytes = 0;
  let readBytes = 0;
  const odd: string[] = [];
  const log = followLog(
    path,
    (line) => {
      readBytes += line.length + 1;
      if (!/^\d+ x{990}$/.test(line)) odd.push(line);
    },
    {
      intervalMs: 20,
      maxBytes: 8_000_000,
      maxBehindBytes: 2_000_000,
      onSkipped: (bytes) => (skippedBytes += bytes),
    },
  );
  const [exitCode] = (await once(spawn(process.execPath, ['-e', flood]), 'exit')) as [number];
  expect(exitCode).toBe(0);
  // what is written as the file is emptied is lost: the last line waits until the reader has come to rest
  await atRest();
  await appendFile(path, 'the end\n');
  await expect.poll(() => odd, { timeout: 15_000 }).toEqual(['the end']);
  await log.stop();
  expect((await stat(path)).size).toBeLessThan(30_000_000);
  // the line that the skip fell into is neither read nor counted
  const writtenBytes = readBytes + skippedBytes;
  expect(writtenBytes).toBeGreaterThan(60_000_000);
});
