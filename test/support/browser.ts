import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

export interface TestBrowser {
  /** a page of a browser that nobody has used before */
  readonly newPage: (options?: Parameters<Browser['newContext']>[0]) => Promise<Page>;
  readonly newContext: (options?: Parameters<Browser['newContext']>[0]) => Promise<BrowserContext>;
}

/** Called at the top of a file or describe: Debian's Chromium, in this network namespace where one is given. */
export function useBrowser(namespace?: () => string): TestBrowser {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pxectl-browser-'));
    const program = join(folder, 'chromium');
    const where = namespace === undefined ? '' : `ip netns exec ${namespace()} `;
    await writeFile(program, `#!/bin/sh\nexec ${where}chromium "$@"\n`, { mode: 0o755 });
    browser = await chromium.launch({
      executablePath: program,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const contexts: BrowserContext[] = [];
  const newContext: TestBrowser['newContext'] = async (options) => {
    const context = await browser.newContext(options);
    contexts.push(context);
    return context;
  };
  return { newContext, newPage: async (options) => (await newContext(options)).newPage() };
}
