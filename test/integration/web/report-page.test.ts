import { describe, expect } from 'vitest';
import { bootPage } from '../../../src/cli/report/boot-page.ts';
import { comparedBoots } from '../../../src/model/stage-past.ts';
import { readTemplate } from '../../../src/platform/package-root.ts';
import { renderBootReport } from '../../../src/render/boot-report.ts';
import { parseRecord } from '../../../src/watch/boot-record.ts';
import { axeFindings } from '../../support/axe-page.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { recordedBoot } from '../../support/recorded-boots.ts';

/** A boot that failed, with a slow stage: every part of the page is there. */
function page(): string {
  const lines = [5_000, 5_000, 5_000, 75_000].map((kernelAfterMs, day) =>
    recordedBoot({
      ...{ startedAt: `2026-11-0${day + 1}T10:00:00.000Z`, kernelAfterMs },
      ...(day === 3 ? { finding: `</style><script>document.title='x'</script>${'long'.repeat(40)}` } : {}),
    }),
  );
  const boots = lines.map(parseRecord).filter((boot) => boot !== undefined);
  const last = comparedBoots(boots).at(-1);
  if (last === undefined) throw new Error('no boot');
  return renderBootReport(bootPage(last.boot, last.compared, ['pxectl 0.1.0']), readTemplate);
}

describe('the page of a boot in a browser', () => {
  itNeeds('chromium').each(['light', 'dark'] as const)(
    'can be read by everybody: axe finds nothing (%s)',
    async (scheme) => {
      const { found, passed } = await axeFindings(page(), scheme);
      expect(found).toEqual([]);
      expect(passed).toBeGreaterThan(10);
    },
    120_000,
  );
});
