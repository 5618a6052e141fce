import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { parse, stringify } from 'yaml';
import { headingAnchor, WRITTEN_ANCHOR } from '../../.ci/site/anchors.ts';
import { buildProgram } from '../../src/cli/main.ts';

/** What a user reads, from the repository's folder on. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];

/** Its commands are run in its order: test/integration/sessions/class-room.test.ts */
export const STORY = 'docs/machines.md';

export const readDocument = (file: string): string => readFileSync(file, 'utf8');

/** Every code that docs/errors.md explains: test/unit/model/error-codes.test.ts holds it to the source. */
export const ERROR_CODES: readonly string[] = [
  ...readFileSync('docs/errors.md', 'utf8').matchAll(/^## (E_[A-Z_]+)$/gm),
].map(([, code = '']) => code);

export interface FencedBlock {
  /** `docs/config.md:8` */
  readonly where: string;
  /** empty where none is given */
  readonly language: string;
  readonly text: string;
}

export function fencedBlocks(file: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  const text = readDocument(file);
  for (const match of text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)) {
    const line = text.slice(0, match.index).split('\n').length;
    blocks.push({ where: `${file}:${line}`, language: match[1] ?? '', text: match[2] ?? '' });
  }
  return blocks;
}

/** Files of others, told by the first line of their block: test/unit/machines/seeds looks at those. */
const SEED_BLOCK = /^# autoinstall/;
/** What a part of a configuration is put into. */
const MINIMAL = { version: 1, network: { interface: 'eno1', address: '192.168.1.50' } };

export interface DocumentedConfig {
  /** `docs/config.md:8` */
  readonly where: string;
  /** a whole pxectl.yaml */
  readonly text: string;
}

/** Every configuration of the documents, and every part of one, put into the least that there is. */
export function documentedConfigs(): readonly DocumentedConfig[] {
  return DOCUMENTS.flatMap(fencedBlocks)
    .filter(({ language, text }) => language === 'yaml' && !SEED_BLOCK.test(text))
    .map(({ where, text }) => {
      const written = parse(text) as object;
      return { where, text: 'version' in written ? text : stringify({ ...MINIMAL, ...written }) };
    });
}

/** Lines of shell blocks that are not pxectl's. */
export function shellLines(): string[] {
  const lines = DOCUMENTS.flatMap(fencedBlocks)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.trim().split('\n').map(withoutRemark));
  return lines.filter((line) => !/^(?:sudo )?pxectl /.test(line));
}

/** A remark after a command: `# …`, or words in a column of their own. */
const withoutRemark = (line: string): string => line.replace(/\s+#.*$| {2,}.*$/, '');

/** Sentences that stand in one piece with their command, as doctor prints them. */
const PROSE = /,? then (?=pxectl)|, .*$| (?:shows|looks)\b.*$/;

/** The commands of a block, as they stand there. */
export const commandsOf = (text: string): string[] =>
  text
    .split('\n')
    .map(withoutRemark)
    .filter((line) => line.startsWith('pxectl '));

/** Every command that the documents name, but for the story, written out: optional parts are there, alternatives are commands of their own. */
export function documentedCommands(): string[] {
  const found = DOCUMENTS.filter((file) => file !== STORY).flatMap((file) => {
    const prose = readDocument(file).replace(/^```[\s\S]*?^```$/gm, '');
    const inBlocks = fencedBlocks(file)
      .filter(({ language }) => language !== 'synopsis')
      .flatMap(({ text }) => text.split('\n').map(withoutRemark));
    return [...inBlocks, ...prose.split('\n').flatMap(commandsOfLine)];
  });
  const commands = found
    .map((text) => text.replace(/^sudo /, ''))
    .filter((text) => /^pxectl /.test(text))
    .flatMap((text) => text.split(/ && |, then (?=pxectl)/))
    .map((text) => text.replace(PROSE, ''))
    .flatMap(alternatives);
  return [...new Set(commands)].sort();
}

/** Commands in back quotes. In a table the words after `·` go on: options, verbs of the first, or commands beside it. */
function commandsOfLine(line: string): string[] {
  const codes = [...line.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll('\\|', '|'));
  const [first] = codes;
  if (!/^\| `pxectl /.test(line) || first === undefined) return codes;
  const cell = line.split(/(?<!\\)\|/)[1] ?? '';
  const others = [...cell.matchAll(/· `([^`]+)`/g)].map(([, code = '']) => code.replaceAll('\\|', '|'));
  const group = buildProgram().commands.find((command) => first === `pxectl ${command.name()}`);
  const isVerb = (word: string): boolean =>
    word.startsWith('-') || (group?.commands.some((command) => command.name() === word) ?? false);
  return [first, ...others.map((word) => (isVerb(word) ? `${first} ${word}` : `pxectl ${word}`))];
}

/** `export compose|systemd` is two commands; `[--diff]` is there; `IMAGE…` is one. */
function alternatives(text: string): string[] {
  const plain = text.replace(/\[([^\]]*)\]/g, '$1').replaceAll('…', '');
  const words = /\S+\|\S+/.exec(plain)?.[0];
  if (words === undefined) return [plain];
  return words.split('|').flatMap((word) => alternatives(plain.replace(words, word)));
}

/** Whether the command line takes these words, without doing what they ask. */
export async function isTaken(words: readonly string[]): Promise<boolean> {
  let isReached = false;
  const settle = (command: Command): void => {
    command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    if (command.parent !== null) command.action(() => void (isReached = true));
    for (const sub of command.commands) settle(sub);
  };
  const program = buildProgram();
  settle(program);
  await program.parseAsync([...words], { from: 'user' }).catch(() => undefined);
  return isReached;
}

/** As GitHub makes them of headings, and those that are written out. */
export const anchorsOf = (text: string): ReadonlySet<string> =>
  new Set([
    ...[...text.matchAll(WRITTEN_ANCHOR)].map(([, id = '']) => id),
    ...[...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => headingAnchor(title)),
  ]);
