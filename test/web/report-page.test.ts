import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { bootPage } from '../../src/cli/report/boot-page.ts';
import { comparedBoots } from '../../src/model/stage-past.ts';
import { readTemplate } from '../../src/platform/packaged-files.ts';
import { renderBootReport } from '../../src/render/boot-report.ts';
import { parseRecord } from '../../src/watch/boot-record.ts';
import { useBrowser } from '../support/browser.ts';
import { itNeeds } from '../support/external-tool.ts';
import { axeOn, watchPage } from '../support/page-check.ts';
import { recordedBoot } from '../support/recorded-boots.ts';

const HOSTILE = `</style><script>document.title='x'</script><img src=https://evil.example/x>${'long'.repeat(40)}`;

/** A boot that failed, with a slow stage: every part of the page is there. */
function page(): string {
  const lines = [5_000, 5_000, 5_000, 75_000].map((kernelAfterMs, day) =>
    recordedBoot({
      ...{ startedAt: `2026-11-0${day + 1}T10:00:00.000Z`, kernelAfterMs },
      ...(day === 3 ? { finding: HOSTILE } : {}),
    }),
  );
  const boots = lines.map(parseRecord).filter((boot) => boot !== undefined);
  const last = comparedBoots(boots).at(-1);
  if (last === undefined) throw new Error('no boot');
  return renderBootReport(bootPage(last.boot, last.compared, ['pxectl 0.1.0']), readTemplate);
}

describe('the page of a boot in a browser', () => {
  const browser = useBrowser();
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pxectl-page-'));
    await writeFile(join(folder, 'boot.html'), page());
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  itNeeds('chromium').each(['light', 'dark'] as const)(
    'can be read by everybody, on a phone too, runs nothing and asks nobody (%s)',
    async (colorScheme) => {
      const shown = await browser.newPage({ colorScheme, viewport: { width: 400, height: 900 } });
      const { complaints, foreign } = watchPage(shown);
      await shown.goto(`file://${folder}/boot.html`);
      const { found, passed } = await axeOn(shown);
      expect(found).toEqual([]);
      expect(passed).toBeGreaterThan(10);
      expect(await shown.title()).toBe('Boot of node-1: failed');
      // its own style is let through, and nothing is wider than the screen
      expect(await shown.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400);
      expect(complaints).toEqual([]);
      expect(foreign.filter((url) => !url.startsWith('file://'))).toEqual([]);
    },
    120_000,
  );
});
