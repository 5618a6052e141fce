import { expect } from 'vitest';
import { start } from '../../src/platform/long-running.ts';
import { run } from '../../src/platform/processes.ts';
import { readHistory } from '../../src/watch/history-file.ts';
import { useBrowser } from '../support/browser.ts';
import { configText } from '../support/engine/prepare-state.ts';
import { itNeeds } from '../support/external-tool.ts';
import { fillLargePast, rackMac } from '../support/large-past.ts';
import { useProject } from '../support/test-project.ts';

const MACHINES = 1_000;
const machines = Array.from(
  { length: MACHINES },
  (_, number) => `  - { mac: "${rackMac(number)}", name: rack-${number} }\n`,
);
const project = useProject(
  'all',
  configText('proxy', `machines:\n${machines.join('')}`).replace('br0', 'eno1'),
);
const browser = useBrowser(() => project.network.namespace);

itNeeds('root', 'chromium')(
  'a pxectl that was killed serves at once, however much it knows of before, and shows that at once too, and to very many',
  async () => {
    await fillLargePast(project.layout, MACHINES);
    const page = await browser.newPage();
    const [begunMs, startMs] = [Date.now(), performance.now()];
    await project.up();
    const upMs = performance.now() - startMs;
    await page.goto('http://127.0.0.1:8080/ui/');
    const row = page.locator('.machine', { hasText: 'rack-998' });
    await row.getByText('initrd').waitFor();
    const shownMs = performance.now() - startMs - upMs;
    const told = `up after ${Math.round(upMs)} ms, shown after another ${Math.round(shownMs)} ms`;
    // others work on this machine, too: 5 s and 1 s where it is idle
    expect(upMs, told).toBeLessThan(60_000);
    expect(shownMs, told).toBeLessThan(20_000);
    await bootBesideOnlookers();
    // what the one before had not written down is in the history now
    const isWritten = async (): Promise<boolean> =>
      (await readHistory(project.layout)).some(
        ({ mac, startedAt }) => mac === rackMac(998) && Date.parse(startedAt) > begunMs - 20 * 60_000,
      );
    expect((await project.cli('down')).exitCode).toBe(0);
    expect(await isWritten()).toBe(true);
  },
  300_000,
);

/** Somebody at this computer, without the token, asks for the whole list again and again, and follows events without reading. */
async function bootBesideOnlookers(): Promise<void> {
  const onlook = (...words: string[]) => [
    ...['netns', 'exec', project.network.namespace, process.execPath, '--import', 'tsx'],
    ...['test/support/adversary/onlookers.ts', ...words],
  ];
  const readers = start('ip', onlook('readNothing', '8'));
  const booting = run('ip', onlook('boot', '4000'), { timeoutMs: 120_000 });
  const lists = await run('ip', onlook('readLists', '300'), { timeoutMs: 120_000 });
  const waits = JSON.parse((await booting).stdout) as { readonly median: number; readonly p95: number };
  readers.kill('SIGKILL');
  await readers.ended;
  expect(JSON.parse(lists.stdout)).toEqual({ 200: 300 });
  // a few ms, and 40 where it is idle
  expect(waits.median, JSON.stringify(waits)).toBeLessThan(500);
  expect(waits.p95, JSON.stringify(waits)).toBeLessThan(5_000);
}
