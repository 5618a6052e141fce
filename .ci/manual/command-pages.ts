import { EXIT } from '../../src/cli/exit-codes.ts';
import type { DescribedCommand, Term } from './command-tree.ts';
import {
  heading,
  literal,
  manPage,
  paragraph,
  sentence,
  subheading,
  terms,
  text,
  type ManPage,
  type PageOptions,
} from './roff.ts';
import { ENVIRONMENT, EXIT_TEXTS, FILES } from './surroundings.ts';

/** pxectl(1), and a page for each command with its sub-commands in it. */
export function commandPages(program: DescribedCommand, options: PageOptions): readonly ManPage[] {
  const pages = program.commands.map((command) =>
    manPage(
      pageName(command),
      1,
      command.description,
      [
        ...partsOf(command, heading),
        ...command.commands.flatMap((sub) => [
          heading(sub.words.toUpperCase()),
          text(sentence(sub.description)),
          ...partsOf(sub, subheading),
        ]),
        ...seeAlso(['pxectl(1)', 'pxectl.yaml(5)']),
      ],
      options,
    ),
  );
  return [mainPage(program, options), ...pages];
}

const pageName = ({ words }: DescribedCommand): string => words.replaceAll(' ', '-');

function mainPage(program: DescribedCommand, options: PageOptions): ManPage {
  const commands = program.commands.map((command) => ({
    term: `${pageName(command)}(1)`,
    text: command.description,
  }));
  const exits = Object.entries(EXIT_TEXTS).map(([kind, meaning]) => ({
    term: String(EXIT[kind as keyof typeof EXIT]),
    text: meaning,
  }));
  return manPage(
    program.words,
    1,
    'boots machines over the network, beside the router that is there',
    [
      ...partsOf(program, heading, program.description),
      ...listOf('COMMANDS', commands),
      ...listOf('EXIT STATUS', exits),
      ...listOf('ENVIRONMENT', ENVIRONMENT),
      ...listOf('FILES', FILES),
      ...seeAlso(['pxectl.yaml(5)', ...program.commands.map((command) => `${pageName(command)}(1)`)]),
    ],
    options,
  );
}

/** Synopsis, description, arguments, options, examples: with the headings of the level at which they stand. */
function partsOf(
  command: DescribedCommand,
  title: (name: string) => string,
  description = command.description,
): readonly string[] {
  const list = (name: string, items: readonly Term[]): readonly string[] =>
    items.length === 0 ? [] : [title(name), ...terms(items)];
  const isSub = title === subheading;
  const [first, ...others] = isSub ? command.remarks : [description, ...command.remarks];
  return [
    title(isSub ? 'Synopsis' : 'SYNOPSIS'),
    text(command.usage),
    ...(first === undefined
      ? []
      : [title(isSub ? 'Description' : 'DESCRIPTION'), text(sentence(first)), ...others.flatMap(paragraph)]),
    ...list(isSub ? 'Arguments' : 'ARGUMENTS', command.arguments),
    ...list(isSub ? 'Options' : 'OPTIONS', command.options),
    ...(command.examples.length === 0
      ? []
      : [title(isSub ? 'Examples' : 'EXAMPLES'), ...literal(command.examples)]),
  ];
}

const listOf = (title: string, items: readonly Term[]): readonly string[] => [
  heading(title),
  ...terms(items),
];

const seeAlso = (pages: readonly string[]): readonly string[] => [
  heading('SEE ALSO'),
  text(pages.join(', ')),
];
