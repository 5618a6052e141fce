import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Found {
  readonly found: readonly string[];
  readonly passed: number;
}

/** What axe-core finds wrong in a page as it is shown now. */
export async function axeOn(page: Page): Promise<Found> {
  // by the debugger: the policy of the page lets no foreign script in
  await page.evaluate(AXE);
  return page.evaluate<Found>(`axe.run({ resultTypes: ['violations'] }).then(({ violations, passes }) => ({
    found: violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)),
    passed: passes.length,
  }))`);
}

/** What a page complains of, and whom it asks beside its own server. */
export function watchPage(page: Page): { readonly complaints: string[]; readonly foreign: string[] } {
  const complaints: string[] = [];
  const foreign: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('http://127.0.0.1:8080/ui/')) foreign.push(request.url());
  });
  return { complaints, foreign };
}
