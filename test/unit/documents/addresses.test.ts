import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FINDING_CATALOGUE, makeFinding } from '../../../src/doctor/finding-catalogue.ts';
import { KNOWLEDGE } from '../../../src/doctor/knowledge/messages.ts';
import { renderFindings } from '../../../src/doctor/report.ts';
import { moreAbout } from '../../../src/cli/report-error.ts';
import { DOCUMENTATION, errorAddress, findingAddress } from '../../../src/model/documentation.ts';
import { anchorsOf, ERROR_CODES, readDocument } from '../../support/documents.ts';

const WIDTH = 80;

/** The document and the anchor of an address: nothing else is published there. */
function documentOf(address: string): readonly [file: string, anchor: string] {
  expect(address.startsWith(DOCUMENTATION)).toBe(true);
  const [page = '', anchor = ''] = address.slice(DOCUMENTATION.length).split('#');
  return [`docs/${page}.md`, anchor];
}

describe('the address that is printed', () => {
  it.each(ERROR_CODES)('with %s is there', (code) => {
    const [file, anchor] = documentOf(errorAddress(code));
    expect(anchorsOf(readDocument(file))).toContain(anchor);
    expect(moreAbout(code).length).toBeLessThanOrEqual(WIDTH);
  });

  it('with every finding and every text of a screen is there', () => {
    const ids = [...FINDING_CATALOGUE.keys(), ...KNOWLEDGE.map(({ id }) => id)];
    const [file] = documentOf(findingAddress(ids[0] ?? ''));
    const anchors = anchorsOf(readDocument(file));
    expect(ids.filter((id) => !anchors.has(documentOf(findingAddress(id))[1]))).toEqual([]);
    expect(ids.length).toBeGreaterThan(100);
  });

  it('with a finding stands on a line of its own, in 80 columns', () => {
    const same = (text: string): string => text;
    const style = { bold: same, dim: same, red: same, yellow: same, green: same };
    for (const id of FINDING_CATALOGUE.keys()) {
      const text = renderFindings([makeFinding(id, [])], { width: WIDTH, style, maxFindings: 1 });
      const line = text.split('\n').at(-1) ?? '';
      expect(line).toBe(`  more  ${findingAddress(id)}`);
      expect(line.length, id).toBeLessThanOrEqual(WIDTH);
    }
  });

  it('is below the homepage of the package', () => {
    const { homepage } = JSON.parse(readFileSync('package.json', 'utf8')) as { homepage: string };
    expect(homepage).toBe(DOCUMENTATION);
  });
});
