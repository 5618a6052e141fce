import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/main.ts';
import { mistakeIn } from '../support/known-commands.ts';

const SOURCE = join(import.meta.dirname, '..', '..', 'src');

/** `pxectl up --engine builtin` inside a text: words of the command line, up to where the sentence goes on. */
const COMMAND_IN_TEXT =
  /(?<![\w/.-])pxectl ((?:--config \S+ )?[a-z]+(?: (?:-{1,2}[a-z-]+|[A-Z]{2,}|\w+-[\w.]+))*)/g;

/** A word that stands behind `pxectl` in a text where pxectl is the subject of a sentence. */
const isCommand = (word: string | undefined): boolean =>
  buildProgram().commands.some((command) => command.name() === word);

/** Comments talk about commands too, and nobody is told to run them. */
const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');

function adviceIn(text: string): readonly string[] {
  return [...withoutComments(text).matchAll(COMMAND_IN_TEXT)]
    .map(([, words = '']) => words)
    .filter((words) => isCommand(words.split(' ').find((word) => /^[a-z]/.test(word))));
}

const ADVICE = new Map<string, string>();
for (const name of readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })) {
  if (!/\.(?:ts|json)$/.test(name)) continue;
  for (const words of adviceIn(readFileSync(join(SOURCE, name), 'utf8'))) ADVICE.set(words, name);
}

describe('commands that pxectl tells people to run', () => {
  it('are found in the source', () => {
    expect(ADVICE.size).toBeGreaterThan(40);
    expect(mistakeIn(['fetch', '--no-such-option'])).toBeDefined();
  });

  it.each([...ADVICE])('pxectl %s (%s)', (words) => {
    expect(mistakeIn(words.split(' '))).toBeUndefined();
  });
});
