import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { packageVersion } from '../../../src/platform/packaged-files.ts';
import { readDocument } from '../../support/documents.ts';

const KINDS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
const text = readFileSync('CHANGELOG.md', 'utf8');
const headings = (level: string): string[] =>
  [...text.matchAll(new RegExp(`^${level} (.*)$`, 'gm'))].map(([, title = '']) => title);
const releases = headings('##').filter((title) => title !== '[Unreleased]');

it('CHANGELOG.md is in the form of keepachangelog.com', () => {
  expect(headings('##')[0]).toBe('[Unreleased]');
  for (const title of releases) expect(title).toMatch(/^\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$/);
  const dates = releases.map((title) => title.slice(-10));
  expect(dates).toEqual([...dates].sort().reverse());
  expect(headings('###').filter((title) => !KINDS.includes(title))).toEqual([]);
  expect(headings('###').length).toBeGreaterThan(0);
});

it('every release but the first has its note in docs/upgrade.md', () => {
  const versions = releases.map((title) => title.slice(1, title.indexOf(']')));
  const notes = readDocument('docs/upgrade.md');
  expect(versions.slice(0, -1).filter((version) => !notes.includes(`### ${version}`))).toEqual([]);
  // what is released is this version, or one before it
  expect(versions[0] ?? packageVersion()).toBe(packageVersion());
});
