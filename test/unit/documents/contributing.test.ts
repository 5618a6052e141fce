import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readDocument } from '../../support/documents.ts';

const text = readDocument('CONTRIBUTING.md');
const code = [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

it('CONTRIBUTING.md names files and folders that there are', () => {
  const paths = code.filter((word) => /^(?:\.ci|docs|fixtures|src|templates|test)\//.test(word));
  // NAME is what is added
  const expected = paths.map((path) => path.replace(/[^/]*NAME.*$/, ''));
  expect(expected.filter((path) => !existsSync(path))).toEqual([]);
  expect(paths.length).toBeGreaterThan(30);
});

it('and scripts, make targets, suites and words of the source that there are', () => {
  const commands = code.filter((word) => /^(?:npx|make) /.test(word));
  const makefile = readFileSync('Makefile', 'utf8');
  const suites = readFileSync('vitest.config.ts', 'utf8');
  for (const command of commands) {
    const words = command.split(' ');
    if (words[0] === 'make') expect(makefile, command).toContain(`\n${words[1]}: `);
    else
      expect(
        words.filter((word) => word.includes('/') && !existsSync(word)),
        command,
      ).toEqual([]);
    const suite = /--project (\w+)/.exec(command)?.[1];
    if (suite !== undefined) expect(suites, command).toContain(`project('${suite}'`);
  }
  expect(commands.length).toBeGreaterThan(8);
  for (const [word, file] of [
    ['ENGINE_NAMES', 'src/model/config.ts'],
    ['whySkipped', 'test/support/engine/engine-lab.ts'],
    ['whyUnavailable', 'src/engine/engine.ts'],
    ['RemoteImage', 'src/images/catalogue/remote-image.ts'],
    ['ImageBoot', 'src/model/image.ts'],
    ['Recogniser', 'src/images/catalogue/recipe.ts'],
  ] as const) {
    expect(code).toContain(word);
    expect(readFileSync(file, 'utf8'), word).toContain(word);
  }
});

it('every script that writes a file stands in it', () => {
  const scripts = readdirSync('test/support').filter((name) => name.startsWith('write-'));
  expect(scripts.filter((name) => !text.includes(`npx tsx test/support/${name}`))).toEqual([]);
});
