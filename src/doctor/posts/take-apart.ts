import { rangesOf, type PassedOver, type Reading, type Verdict } from '../../model/verdict.ts';
import { lookUp } from '../knowledge/look-up.ts';
import { isDhcpdStatement } from '../lint/dhcpd/dhcpd-words.ts';
import { isSurelyConfig, kindOfConfig, type ConfigKind } from '../lint/config-kinds.ts';
import { kindOfBootScript } from '../lint/lint-boot-script.ts';
import { unknownLines } from '../lint/script-words.ts';
import { isServerLog } from '../read/server-log.ts';
import { passedPlaces } from '../lint/text-reading.ts';
import { blocksOf, type PostBlock } from './post-blocks.ts';
import { isProse, isTalk, leadingProse } from './prose.ts';

/** A question in a forum, an issue or a mail: several things in one text, each padded so that its lines keep their numbers. */
export interface Post {
  readonly configs: readonly { readonly name: string; readonly text: string }[];
  readonly log?: string;
  readonly screen?: string;
  /** what is in it, and what of it nobody read */
  readonly reading: Reading;
}

type Kind = 'config' | 'log' | 'screen' | 'prose' | 'unknown';
interface Part {
  readonly kind: Kind;
  /** of a configuration: the program, and what it is called */
  readonly config?: ConfigKind;
  readonly numbers: readonly number[];
}

/** Nobody writes a longer post. */
const MAX_CHARACTERS = 200_000;
const MAX_BLOCKS = 300;
/** Of a text without marks only these are looked through for sentences: in others they may be right. */
const HAS_NO_SENTENCES: ReadonlySet<string> = new Set<ConfigKind['format']>([
  ...(['dnsmasq', 'dhcpd', 'kea', 'nginx', 'apache', 'pxelinux', 'grub', 'ipxe'] as const),
]);

/**
 * Takes a post apart; undefined where a text is one thing. A configuration among sentences is a post: as a whole it would be
 * accused of them.
 */
export function takeApart(source: string, text: string): Post | undefined {
  if (text.length > MAX_CHARACTERS || !text.includes('\n') || kindOfBootScript(source, '')) return undefined;
  const { lines, isQuoted } = withoutQuotes(text.split(/\r?\n/));
  const blocks = blocksOf(lines);
  if (blocks.length > MAX_BLOCKS) return undefined;
  const isMarked = isQuoted || blocks.some((block) => block.isMarked);
  const parts = blocks.some((block) => block.isMarked)
    ? blocks.map((block) => partOfMarked(block))
    : partsOfConfig(lines, blocks);
  const kinds = new Set(parts.map(({ kind }) => kind));
  const isMixed = ['config', 'log', 'screen'].filter((kind) => kinds.has(kind as Kind)).length > 1;
  if (!isMixed && !(kinds.has('config') && (kinds.has('prose') || isMarked))) return undefined;
  const only = (numbers: readonly number[]): string => {
    const kept = new Set(numbers);
    return lines
      .map((line, index) => (kept.has(index + 1) ? line : ''))
      .join('\n')
      .trimEnd();
  };
  const numbersOf = (kind: Kind): readonly number[] =>
    parts.filter((part) => part.kind === kind).flatMap(({ numbers }) => numbers);
  const [log, screen] = [numbersOf('log'), numbersOf('screen')];
  return {
    configs: parts.flatMap(({ kind, config, numbers }) => {
      if (kind !== 'config') return [];
      // iPXE takes a script for one by its very first line
      return config?.format === 'ipxe'
        ? [{ name: `${source} from line ${numbers[0]} on`, text: only(numbers).trimStart() }]
        : [{ name: source, text: only(numbers) }];
    }),
    ...(log.length === 0 ? {} : { log: only(log) }),
    ...(screen.length === 0 ? {} : { screen: only(screen) }),
    reading: readingOf(source, lines, parts),
  };
}

/** Mails and issues put `> ` before what they quote; firmware begins its own lines with `>>`. */
const QUOTE = /^(?:> )+|^>+$/;

function withoutQuotes(lines: readonly string[]): {
  readonly lines: readonly string[];
  readonly isQuoted: boolean;
} {
  const written = lines.filter((line) => line.trim() !== '');
  const isQuoted = written.filter((line) => QUOTE.test(line)).length > written.length / 2;
  return { lines: isQuoted ? lines.map((line) => line.replace(QUOTE, '')) : lines, isQuoted };
}

function partOf(kind: Kind, { from, lines }: PostBlock, config?: ConfigKind): Part {
  const numbers = lines.map((_, index) => from + index + 1);
  return { kind, numbers, ...(config === undefined ? {} : { config }) };
}

/** What was pasted is what it looks like; around it stand words to the reader, and sometimes more that was pasted. */
function partOfMarked(block: PostBlock): Part {
  const { kind, config } = kindOfBlock(block);
  if (block.isMarked) return partOf(kind, block, config);
  return isProse(block.lines) || kind === 'unknown' ? partOf('prose', block) : partOf(kind, block, config);
}

function kindOfBlock({ lines }: PostBlock): { readonly kind: Kind; readonly config?: ConfigKind } {
  if (isServerLog(lines) === 'mostly') return { kind: 'log' };
  const text = lines.join('\n').trim();
  // headings of Markdown look like comments
  if (lines.every((line) => /^\s*(?:#|$)/.test(line))) return { kind: 'unknown' };
  if (isSurelyConfig('', text)) return { kind: 'config', config: kindOfConfig('', text) };
  return { kind: isScreen(text) ? 'screen' : 'unknown' };
}

function isScreen(text: string): boolean {
  return lookUp(text).story.lines.some(({ part }) => part === 'cause' || part === 'last');
}

/** A configuration that stands among sentences, lines of a log or of a screen without any mark: the rest is one of its kind. */
function partsOfConfig(lines: readonly string[], blocks: readonly PostBlock[]): readonly Part[] {
  const text = lines.join('\n').trimEnd();
  if (text.startsWith('#!/')) return [];
  const whole = kindOfConfig('', text);
  if (!HAS_NO_SENTENCES.has(whole.format)) return [];
  const { format } = whole;
  const isScript = format === 'pxelinux' || format === 'grub' || format === 'ipxe';
  const unknown = isScript ? new Set(unknownLines(text, format)) : undefined;
  const depths = depthsOf(lines);
  const mayEnd = ({ from, lines: own }: PostBlock): boolean =>
    depths[from] === 0 &&
    (unknown === undefined || own.filter((_, index) => unknown.has(from + index)).length >= own.length / 2);
  const parts = blocks.flatMap((block): Part[] => {
    if (!mayEnd(block)) return [partOf('config', block)];
    const lead = leadingProse(block.lines);
    const rest = { ...block, from: block.from + lead, lines: block.lines.slice(lead) };
    const before = lead === 0 ? [] : [partOf('prose', { ...block, lines: block.lines.slice(0, lead) })];
    if (rest.lines.length === 0) return before;
    if (isProse(rest.lines)) return [...before, partOf('prose', rest)];
    const own = rest.lines.join('\n');
    // told by its looks first: the other readers take longer
    if (rest.lines.some((line) => /^\s*[#;]|[;{}]\s*$/.test(line)) || isSurelyConfig('', own))
      return [...before, partOf('config', rest)];
    if (isServerLog(rest.lines) === 'mostly') return [...before, partOf('log', rest)];
    if (isScreen(own)) return [...before, partOf('screen', rest)];
    return [...before, partOf(isGreeting(rest.lines, format) ? 'prose' : 'config', rest)];
  });
  const all = joined(parts, lines);
  const isSure = all.every(
    ({ kind, numbers }) =>
      kind !== 'config' || isSurelyConfig('', numbers.map((number) => lines[number - 1]).join('\n')),
  );
  return isSure ? all : [];
}

/** A few words that begin with none of the configuration: "Thanks, Bob". */
function isGreeting(lines: readonly string[], format: ConfigKind['format']): boolean {
  const [first = ''] = lines[0]?.split(/\s+/) ?? [];
  const isStatement = format === 'dhcpd' && isDhcpdStatement(first);
  return isTalk(lines) && !isStatement && kindOfConfig('', lines.join('\n')).format === 'other';
}

/** The pieces of a configuration between sentences: those of one program are one configuration. */
function joined(parts: readonly Part[], lines: readonly string[]): readonly Part[] {
  const others = parts.filter(({ kind }) => kind !== 'config');
  const runs: number[][] = [];
  parts.forEach(({ kind, numbers }, index) => {
    if (kind !== 'config') return;
    if (parts[index - 1]?.kind === 'config') runs.at(-1)?.push(...numbers);
    else runs.push([...numbers]);
  });
  const byFormat = new Map<string, { readonly config: ConfigKind; readonly numbers: number[] }>();
  for (const numbers of runs) {
    const config = kindOfConfig('', numbers.map((number) => lines[number - 1]).join('\n'));
    const same = byFormat.get(config.format);
    if (same) same.numbers.push(...numbers);
    else byFormat.set(config.format, { config, numbers: [...numbers] });
  }
  const configs = [...byFormat.values()].map(({ config, numbers }): Part => {
    if (config.format !== 'other') return { kind: 'config', config, numbers };
    const own = numbers.map((number) => lines[number - 1] ?? '');
    return { kind: isTalk(own) ? 'prose' : 'unknown', numbers };
  });
  return [...configs, ...others];
}

/** How deep in braces each line begins. */
function depthsOf(lines: readonly string[]): readonly number[] {
  let depth = 0;
  return lines.map((line) => {
    const before = depth;
    const bare = line.replace(/"[^"]*"/g, '').split('#', 1)[0] ?? '';
    depth = Math.max(0, depth + (bare.match(/\{/g)?.length ?? 0) - (bare.match(/\}/g)?.length ?? 0));
    return before;
  });
}

const WHAT: Readonly<Record<'log' | 'screen', string>> = { log: 'a log', screen: 'what a screen shows' };

function readingOf(source: string, lines: readonly string[], parts: readonly Part[]): Reading {
  const inOrder = [...parts].sort((a, b) => (a.numbers[0] ?? 0) - (b.numbers[0] ?? 0));
  const named = inOrder.flatMap(({ kind, config, numbers }) => {
    if (kind === 'prose' || kind === 'unknown') return [];
    return [`${config?.name ?? WHAT[kind === 'log' ? 'log' : 'screen']} (${placeOf(numbers)})`];
  });
  const passed = (kind: Kind, what: string, matters: boolean): readonly PassedOver[] => {
    const places = inOrder
      .filter((part) => part.kind === kind)
      .flatMap(({ numbers }) => numbers.map((line) => ({ line, raw: (lines[line - 1] ?? '').trim() })));
    return passedPlaces(what, places).map((passed) => ({ ...passed, matters }));
  };
  const passedOver = [
    ...passed('prose', 'lines of words to the reader', false),
    ...passed('unknown', 'lines of something that doctor does not read', true),
  ];
  const verdict: Verdict = passedOver.some(({ matters }) => matters) ? 'not-understood' : 'healthy';
  return {
    source,
    kind: named.length > 1 ? 'a post with several things in it' : 'a post',
    read: named.join(', '),
    verdict,
    passedOver,
    limits: [],
    advice: verdict === 'healthy' ? [] : ['give each file whole, one by one'],
  };
}

function placeOf(numbers: readonly number[]): string {
  return `line${numbers.length === 1 ? '' : 's'} ${rangesOf(numbers)}`;
}
