import { beforeAll, describe, expect } from 'vitest';
import type { Page } from 'playwright-core';
import type { ReplyOf } from '../../src/control/api.ts';
import { start } from '../../src/platform/long-running.ts';
import { run } from '../../src/platform/processes.ts';
import { readEvents } from '../../src/watch/read-events.ts';
import { useBrowser } from '../support/browser.ts';
import { DASHBOARD_CONFIG, fillPast, HOSTILE, MAC, OTHER, STRANGER } from '../support/dashboard-project.ts';
import { itNeeds } from '../support/external-tool.ts';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { axeOn, watchPage } from '../support/page-check.ts';
import { useProject } from '../support/test-project.ts';

const UI = 'http://127.0.0.1:8080/ui/';
const it = itNeeds('root', 'chromium');

const project = useProject('all', DASHBOARD_CONFIG);
const browser = useBrowser(() => project.network.namespace);
beforeAll(async () => {
  await fillPast(project);
  await project.up();
});

const curl = (...args: string[]) =>
  run('ip', ['netns', 'exec', project.network.namespace, 'curl', '-sS', '--max-time', '20', ...args]);
/** Somebody on the network asks for a file that nobody has: an event with its name. */
const happen = (name: string) =>
  curl('-o', '/dev/null', '--interface', '127.0.0.1', `http://192.168.1.50:8080/images/${name}`);
const idOf = async (mac: string): Promise<string> => {
  const { stdout } = await curl(`${UI}api/v1/boots?machine=${mac}`);
  return (JSON.parse(stdout) as { boots: { id: string }[] }).boots.at(-1)?.id ?? '';
};

async function open(page: Page, place = ''): Promise<void> {
  await page.goto(`${UI}${place}`);
  await page.getByText('live', { exact: true }).waitFor();
}

describe('every page', () => {
  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
  ] as const)(
    'can be read by everybody, asks nobody else and holds its policy: %s, %i pixels',
    async (scheme, width) => {
      const page = await browser.newPage({ colorScheme: scheme, viewport: { width, height: 800 } });
      const { complaints, foreign } = watchPage(page);
      const boots = [await idOf(MAC), await idOf(OTHER)];
      await open(page);
      for (const place of [
        ...[
          'machines',
          'machines/node-1',
          `machines/${STRANGER}`,
          'boots',
          'findings',
          'images',
          'plan/node-1',
          'plan/uefi-x64',
        ],
        ...boots.map((id) => `boots/${id}`),
      ]) {
        await page.goto(`${UI}#/${place}`);
        await expect.poll(() => page.getByText('Asking', { exact: false }).count()).toBe(0);
        await page.locator('main :is(li, dd, article)').first().waitFor();
        const { found, passed } = await axeOn(page);
        expect(found, place).toEqual([]);
        expect(passed).toBeGreaterThan(10);
        // nothing is wider than the screen
        expect(await page.evaluate('document.documentElement.scrollWidth'), place).toBeLessThanOrEqual(width);
        expect(await page.title(), place).toContain('pxectl');
      }
      expect(complaints).toEqual([]);
      expect(foreign).toEqual([]);
    },
  );

  it('shows what others named as text', async () => {
    const page = await browser.newPage();
    await open(page, `#/boots/${await idOf(OTHER)}`);
    await page.getByText('onerror').first().waitFor();
    expect(await page.locator('h1').textContent()).toContain(HOSTILE);
    expect(await page.locator('img, main script').count()).toBe(0);
    expect(await page.title()).not.toBe('taken');
  });

  it('is used with the keyboard: every page is reached, and the focus is where the page begins', async () => {
    const page = await browser.newPage();
    await open(page);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.getByRole('link', { name: 'Findings' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Findings' }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    expect(await page.title()).toBe('Findings · pxectl');
  });
});

describe('a boot', () => {
  it('is a timeline beside its own past: what was slow says so', async () => {
    const page = await browser.newPage();
    const { stdout } = await curl(`${UI}api/v1/boots?machine=node-1`);
    const { boots } = JSON.parse(stdout) as { boots: { id: string; startedAt: string }[] };
    const slow = boots.find(({ startedAt }) => startedAt.startsWith('2026-11-04'));
    await open(page, `#/boots/${slow?.id ?? ''}`);
    const loader = page.locator('.timeline li', { hasText: 'loader' }).first();
    expect(await loader.textContent()).toMatch(/loader.*1 min 14 s.*\(slow\).*usually 4\.0 s/);
    await expect.poll(() => page.locator('.timeline .slow').count()).toBe(1);
  });

  it('that goes on is told as it goes on', async () => {
    const page = await browser.newPage();
    await open(page, '#/machines/node-1');
    await page.locator('.timeline').getByText('kernel').waitFor();
  });
});

describe('events', () => {
  it('are on the screen within 200 ms', async () => {
    const page = await browser.newPage();
    await open(page);
    await page.evaluate(`
      window.seenAt = {};
      new MutationObserver(() => {
        for (const [, name] of document.body.innerText.matchAll(/images\\/(quick-\\d)/g)) seenAt[name] ??= Date.now();
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    `);
    for (const turn of [0, 1, 2, 3, 4, 5]) {
      await happen(`quick-${turn}`);
      await page.getByText(`quick-${turn}`).first().waitFor();
    }
    const seenAt = await page.evaluate<Record<string, number>>('seenAt');
    const events = await readEvents(project.layout.events);
    const delays = Object.entries(seenAt).map(([name, atMs]) => {
      const event = events.find(({ detail }) => String(detail['path']).endsWith(name));
      return atMs - Date.parse(event?.time ?? '');
    });
    expect(delays).toHaveLength(6);
    // others work on this machine, too
    expect(Math.min(...delays)).toBeLessThan(200);
  });

  it('a file on its way is counted as it goes, not when it has come', async () => {
    await writeFile(join(project.layout.httpRoot, 'slow.bin'), Buffer.alloc(64 * 1024 * 1024));
    const download = start('ip', [
      ...[
        'netns',
        'exec',
        project.network.namespace,
        'curl',
        '-sS',
        '--limit-rate',
        '1M',
        '--max-time',
        '60',
      ],
      ...['-o', '/dev/null', 'http://192.168.1.50:8080/slow.bin'],
    ]);
    const page = await browser.newPage();
    await open(page);
    await page.getByText(/^Sent: .* at most [1-9][\d.]* MB\/s/).waitFor();
    const { transfers, toldWhenOver } = JSON.parse(
      (await curl(`${UI}api/v1/transfers`)).stdout,
    ) as ReplyOf<'transfers'>;
    expect(transfers).toMatchObject([{ path: '/slow.bin', sizeBytes: 64 * 1024 * 1024 }]);
    expect(toldWhenOver).toEqual([]);
    download.kill('SIGKILL');
    await download.ended;
  });

  it('come without a gap over a restart, on a page that was left open', async () => {
    const page = await browser.newPage();
    await open(page);
    await page.evaluate('window.isSame = true');
    await happen('before');
    await page.getByText('images/before').first().waitFor();
    expect((await project.cli('down')).exitCode).toBe(0);
    await page.getByText('not connected').waitFor();
    await project.up();
    await happen('after');
    await page.getByText('images/after').first().waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    const told = await page.locator('.events').innerText();
    for (const once of ['stopped: ', 'images/before', 'images/after']) {
      expect(told.split(once), once).toHaveLength(2);
    }
    expect(told).toMatch(/images\/after[^]*ready: [^]*stopped: [^]*images\/before/);
    expect(await page.evaluate('window.isSame')).toBe(true);
  });
});

describe('whoever has the token', () => {
  const openWithToken = async (page: Page, place: string): Promise<void> => {
    const token = (await readFile(project.layout.dashboardToken, 'utf8')).trim();
    await open(page, `#token=${token}`);
    expect(page.url()).toBe(UI);
    await page.goto(`${UI}${place}`);
  };

  it('arms and disarms a machine, and is asked first', async () => {
    const page = await browser.newPage({ viewport: { width: 360, height: 800 } });
    const { complaints } = watchPage(page);
    await openWithToken(page, '#/machines/node-1');
    await page.getByRole('button', { name: 'Arm node-1' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Arm node-1?' });
    await dialog.getByText('may wipe its disk').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Cancel');
    expect((await axeOn(page)).found).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'Disarm' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Arm node-1' }).click();
    await dialog.getByRole('button', { name: 'Arm node-1' }).click();
    await page.getByText('node-1 is armed.').waitFor();
    await page.getByRole('button', { name: 'Disarm node-1' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disarm node-1' }).click();
    await page.getByText('node-1 is not armed any more.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('adopts a machine that was seen', async () => {
    const page = await browser.newPage();
    await openWithToken(page, `#/machines/${STRANGER}`);
    await page.getByLabel('Name for it').fill('node-9');
    await page.getByRole('button', { name: 'Adopt as node-9' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Adopt as node-9' }).click();
    await page.getByRole('heading', { level: 1, name: 'node-9' }).waitFor();
    expect(await readFile(join(project.path, 'pxectl.yaml'), 'utf8')).toContain('node-9');
  });

  it('sees without it the same, with a place to show it', async () => {
    const page = await browser.newPage();
    await open(page, '#/machines/node-1');
    await page.getByText('Change things from here').click();
    expect(await page.getByRole('button', { name: 'Arm node-1' }).count()).toBe(0);
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Show it' }).click();
    await page.getByText('that is not the token of this pxectl').waitFor();
  });
});

describe('a thousand machines', () => {
  it('are shown in a moment, and found as somebody types', async () => {
    const machines = Array.from({ length: 1000 }, (_, index) => {
      const mac = `52:54:00:77:${[index >> 8, index & 255].map((part) => part.toString(16).padStart(2, '0')).join(':')}`;
      return `  - { mac: "${mac}", name: rack-${index} }\n`;
    });
    const yaml = join(project.path, 'pxectl.yaml');
    await writeFile(yaml, (await readFile(yaml, 'utf8')).replace(/^machines:\n/m, `$&${machines.join('')}`));
    expect((await project.cli('reload')).exitCode).toBe(0);
    const page = await browser.newPage();
    const took = async (act: () => Promise<void>): Promise<number> => {
      const startMs = performance.now();
      await act();
      return performance.now() - startMs;
    };
    const row = page.locator('.machine');
    const times = {
      first: await took(async () => {
        await page.goto(UI);
        await row.getByText('rack-999', { exact: true }).waitFor();
      }),
      find: await took(async () => {
        await page.getByLabel('Find').fill('rack-77');
        await expect.poll(() => row.count(), { interval: 20 }).toBe(11);
      }),
    };
    // others work on this machine, too: a second each where it is idle
    expect(times.first).toBeLessThan(5_000);
    expect(times.find).toBeLessThan(3_000);
  });
});
