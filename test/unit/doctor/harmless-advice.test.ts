import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FINDING_CATALOGUE } from '../../../src/doctor/finding-catalogue.ts';
import { ipxeEntries } from '../../../src/doctor/knowledge/ipxe-codes.ts';
import { KNOWLEDGE } from '../../../src/doctor/knowledge/messages.ts';

const SOURCES = new URL('../../../src', import.meta.url).pathname;

/** Words that take something away for good, or switch a safeguard off. */
const DESTRUCTIVE =
  /\brm\b|\bunlink\b|\brmdir\b|\bmkfs|\bdd if=|\bwipefs\b|\bdelete\b|git reset|--insecure|system prune/;

/** Every text after `next:` or `fix:` in a source file. */
function adviceOf(text: string): readonly string[] {
  const nexts = text.match(/\bnext:\s*(`[^`]*`|'[^']*')/g) ?? [];
  const fixes = text.match(/\bfix:\s*\[[^\]]*\]/g) ?? [];
  return [...nexts, ...fixes];
}

it('no fix of a finding takes anything away', () => {
  const fixes = [...FINDING_CATALOGUE].flatMap(([id, { fix }]) => fix.map((line) => `${id}: ${line}`));
  expect(fixes.length).toBeGreaterThan(100);
  expect(fixes.filter((line) => DESTRUCTIVE.test(line))).toEqual([]);
});

it('no fix of a message takes anything away', () => {
  const fixes = [...KNOWLEDGE, ...ipxeEntries()].flatMap((entry) =>
    entry.causes.flatMap((cause) => ('fix' in cause ? cause.fix.map((line) => `${entry.id}: ${line}`) : [])),
  );
  expect(fixes.length).toBeGreaterThan(100);
  expect(fixes.filter((line) => DESTRUCTIVE.test(line))).toEqual([]);
});

it('no hint of an error takes anything away', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const advice = files.flatMap((file) =>
    adviceOf(readFileSync(join(SOURCES, file), 'utf8')).map((line) => `${file}: ${line}`),
  );
  expect(advice.length).toBeGreaterThan(150);
  expect(advice.filter((line) => DESTRUCTIVE.test(line))).toEqual([]);
});
