import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { FINDING_CATALOGUE } from '../../../src/doctor/finding-catalogue.ts';
import { ipxeEntries } from '../../../src/doctor/knowledge/ipxe-codes.ts';
import { KNOWLEDGE } from '../../../src/doctor/knowledge/messages.ts';
import { fixesOf } from '../../../src/doctor/mend/fix-in-file.ts';
import { fixTexts } from '../../../src/doctor/mend/fix-steps.ts';
import { DESTRUCTIVE } from '../../support/destructive-words.ts';

const ROOT = new URL('../../..', import.meta.url).pathname;

it('no fix of a finding takes anything away', () => {
  const fixes = [...FINDING_CATALOGUE].flatMap(([id, { mends }]) =>
    fixTexts(mends).map((line) => `${id}: ${line}`),
  );
  expect(fixes.length).toBeGreaterThan(100);
  expect(fixes.filter((line) => DESTRUCTIVE.test(line))).toEqual([]);
});

it('no fix of a message takes anything away', () => {
  const fixes = [...KNOWLEDGE, ...ipxeEntries()].flatMap((entry) =>
    entry.causes.flatMap((cause) => fixTexts(fixesOf(cause.fix ?? [])).map((line) => `${entry.id}: ${line}`)),
  );
  expect(fixes.length).toBeGreaterThan(100);
  expect(fixes.filter((line) => DESTRUCTIVE.test(line))).toEqual([]);
});

/**
 * Advice is put together of variables, in functions and in tables: so every text of the program is looked at, and these
 * are all that have such a word.
 */
const KNOWN: readonly (readonly [file: string, text: string, why: string])[] = [
  ['cli/commands/images.ts', 'rm', 'the verb itself, which asks'],
  ['cli/commands/images.ts', 'pxectl.images.rm/1', 'a schema'],
  ['cli/commands/images.ts', 'prune', 'the verb itself, which asks'],
  ['cli/commands/images.ts', '../images/prune-store.ts', 'a module'],
  ['cli/images/prune-store.ts', 'pxectl.images.prune/1', 'a schema'],
  [
    'cli/images/prune-store.ts',
    '… of … no project has any more: pxectl images prune',
    'files that no project has a link to, and it asks',
  ],
  ['cli/commands/machines.ts', 'rm', 'the verb itself, which asks'],
  ['cli/machines/remove-machines.ts', 'pxectl.machines.rm/1', 'a schema'],
  ['cli/commands/fetch.ts', '--insecure-skip-verify', 'the option itself'],
  [
    'images/verify/vouched-files.ts',
    'nobody: --insecure-skip-verify',
    'who vouches for an image, and no advice',
  ],
  ['protocol/dnsmasq-log/known-notes.ts', 'chown of PID|started|compile time', 'what dnsmasq logs'],
  ['machines/power/redfish-connection.ts', 'DELETE', 'a method: it ends our own session'],
  ['machines/power/redfish.ts', 'DELETE', 'a method: it ends our own session'],
  ['platform/file-lock.ts', 'wait for it, or end it: kill …', 'a pxectl: it ends cleanly and loses nothing'],
  [
    'engine/docker/docker-engine.ts',
    'sudo systemctl start docker, then pxectl down; to silence them until then: sudo kill …',
    'servers of pxectl: they keep nothing',
  ],
];

/** Texts of a source file; what a template fills in is a `…`. */
function textsOf(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) texts.push(node.text);
    if (ts.isTemplateExpression(node)) {
      texts.push(node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join(''));
    }
    if (!ts.isImportDeclaration(node)) ts.forEachChild(node, visit);
  };
  visit(source);
  return texts;
}

it('no text of the program, of which advice is made, takes anything away', () => {
  const src = join(ROOT, 'src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  expect(files.length).toBeGreaterThan(300);
  const found = files
    .filter((file) => DESTRUCTIVE.test(readFileSync(join(src, file), 'utf8')))
    .flatMap((file) => textsOf(join(src, file)).map((text) => [file, text] as const))
    .filter(([, text]) => DESTRUCTIVE.test(text));
  const isKnown = ([file, text]: (typeof found)[number]): boolean =>
    KNOWN.some(([knownFile, knownText]) => file === knownFile && text === knownText);
  expect(found.filter((text) => !isKnown(text))).toEqual([]);
  const unused = KNOWN.filter(([file, text]) => !found.some((one) => one[0] === file && one[1] === text));
  expect(unused).toEqual([]);
});

it('no data of the program and no page on errors and findings takes anything away', () => {
  const data = join(ROOT, 'src', 'doctor', 'knowledge');
  const files = [
    ...readdirSync(data, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json'))
      .map((file) => join(data, file)),
    ...['errors.md', 'troubleshooting.md'].map((file) => join(ROOT, 'docs', file)),
  ];
  const lines = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => `${file}: ${line}`),
  );
  expect(lines.length).toBeGreaterThan(3_000);
  const advice = lines.map((line) => line.replaceAll('Attempted to kill init', 'what the kernel prints'));
  expect(advice.filter((line) => DESTRUCTIVE.test(line))).toEqual([]);
});
