import type { DescribedCommand, Term } from './command-tree.ts';
import { sentence } from './roff.ts';

const HEAD = `# Commands

<!-- Generated from the command line itself: npx tsx test/support/write-commands-doc.ts -->

Every command with its options, as \`pxectl help COMMAND\` prints them. The man pages say the same. Options of \`pxectl\` itself go with
every command. What exit codes mean: [error codes](errors.md).
`;

/** docs/commands.md: every command and sub-command with a heading of its own. */
export function commandReference(program: DescribedCommand): string {
  const contents = flat(program).map(({ words }) => `[${words}](#${words.replaceAll(' ', '-')})`);
  const parts = flat(program).map(commandPart);
  return `${HEAD}\n${contents.join(' ·\n')}\n\n${parts.join('\n')}`;
}

const flat = (command: DescribedCommand): readonly DescribedCommand[] => [
  command,
  ...command.commands.flatMap(flat),
];

function commandPart(command: DescribedCommand): string {
  const { words, usage, description, remarks, examples } = command;
  const blocks = [
    `## ${words}`,
    fenced('synopsis', [usage]),
    sentence(description),
    ...remarks,
    table('argument', command.arguments),
    table('option', command.options),
    examples.length === 0 ? '' : fenced('sh', examples.map(withRemark)),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

const fenced = (language: string, lines: readonly string[]): string =>
  ['```' + language, ...lines, '```'].join('\n');

function table(title: string, list: readonly Term[]): string {
  if (list.length === 0) return '';
  const rows = list.map(({ term, text }) => `| \`${cell(term)}\` | ${cell(inText(text))} |`);
  return [`| ${title} | what |`, '| --- | --- |', ...rows].join('\n');
}

/** Words in a column of their own are a remark. */
const withRemark = (line: string): string => line.replace(/( {2,})(\S.*)$/, '$1# $2');

const cell = (words: string): string => words.replaceAll('|', '\\|');

/** What markdown would take for a tag. */
const inText = (words: string): string => words.replaceAll('<', '&lt;').replaceAll('*', '\\*');
