import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkSeed } from '../../../../src/machines/seeds/check-seed.ts';
import { REPORT_LINES } from '../../../../src/machines/seeds/report-lines.ts';
import { BROKEN_SEEDS, GOOD_SEEDS } from '../../../support/seed-samples.ts';

const told = (format: Parameters<typeof checkSeed>[0], text: string) =>
  checkSeed(format, text).map(({ weight, text: what, at }) => {
    const where = at === undefined ? '' : `${at.line}:${at.column}: `;
    return `${weight}: ${where}${what.split('\n')[0] ?? ''}`;
  });

it.each(GOOD_SEEDS)('%s: has nothing against $name', ({ format, text }) => {
  expect(told(format, text)).toEqual([]);
});

it.each(BROKEN_SEEDS)('$format: $name', ({ format, text, problem }) => {
  expect(told(format, text)).toEqual([expect.stringContaining(problem)]);
});

it('says of each kind but Talos, which reports nothing by itself, what reports', () => {
  for (const { format, text } of GOOD_SEEDS.filter(({ isReporting }) => isReporting)) {
    const silent = text.replaceAll('/done', '/doing');
    const found = checkSeed(format, silent);
    expect(found).toMatchObject([{ weight: 'gap' }]);
    expect(found[0]?.text).toContain('@PXECTL_REPORT@/done is not in it: nobody learns that it is installed');
    expect(checkSeed(format, silent, { isReported: true })).toEqual([]);
  }
});

it('docs/config.md shows the line that reports, of each kind', () => {
  const docs = readFileSync(new URL('../../../../docs/config.md', import.meta.url), 'utf8');
  const { talos: _, ...lines } = REPORT_LINES;
  for (const line of Object.values(lines)) {
    const [command] = /(wget|\/usr\/bin\/curl|curl).*\/done/.exec(line) ?? [];
    expect(docs).toContain(command);
  }
});
