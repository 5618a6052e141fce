import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../src/platform/processes.ts';
import { useBrowser } from '../support/browser.ts';
import { axeOn } from '../support/page-check.ts';

const browser = useBrowser();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-site-'));
  await run('npx', ['tsx', '.ci/site.ts', folder]);
});
afterAll(() => rm(folder, { recursive: true }));

it('the documents are read and searched from the disk, and ask nobody', async () => {
  const page = await browser.newPage();
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => void asked.push(request.url()));
  page.on('pageerror', (error) => void complaints.push(error.message));
  page.on('console', (message) => void complaints.push(message.text()));
  await page.goto(pathToFileURL(join(folder, 'index.html')).href);
  await page.keyboard.press('/');
  await page.keyboard.type('loader-arch-mismatch');
  await page.getByRole('region', { name: 'Found' }).getByRole('link').first().click();
  await page.waitForURL(/troubleshooting\.html#loader-arch-mismatch$/);
  expect(await page.locator(':target').textContent()).toBe('loader-arch-mismatch');
  await page.getByLabel('Search').fill('no such words anywhere');
  expect(await page.getByRole('region', { name: 'Found' }).textContent()).toBe('nothing found');

  // a page in a folder finds the same
  await page.goto(pathToFileURL(join(folder, 'decisions/0001-one-planner-three-engines.html')).href);
  await page.getByLabel('Search').fill('E_PORT_IN_USE');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/errors\.html#e_port_in_use$/);
  expect(asked.filter((url) => !url.startsWith(pathToFileURL(folder).href))).toEqual([]);
  expect(complaints).toEqual([]);

  await page.getByLabel('Search').fill('seeds');
  expect((await axeOn(page)).found).toEqual([]);
});
