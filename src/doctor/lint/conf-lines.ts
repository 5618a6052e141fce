import { hasCommandLine, optionsOfCommand } from './command-line.ts';
import type { ConfLine } from './conf-line.ts';
import { isElision } from './elisions.ts';
import { isTemplateLine } from './templates.ts';
import { TRANSLATED_FORMS } from './translated-forms.ts';

/** How the configuration reaches files: injected, so that reading it can be tested and bounded. */
export interface ConfReader {
  /** the text of a file, or undefined when it is not there or not readable */
  read(path: string): string | undefined;
  /** names in a folder, or undefined when it is not there */
  list(path: string): readonly string[] | undefined;
  /** whether a file exists; undefined when that cannot be told, as it is of somebody else's computer */
  exists(path: string): boolean | undefined;
  /** where the file really lies that the configuration calls so */
  placeOf?(path: string): string;
}

export interface ReadProblem {
  readonly file: string;
  readonly line: number;
  readonly raw: string;
  readonly problem: string;
  /** the file may be there, where this configuration is from: no fault of it */
  readonly isElsewhere: boolean;
}

export interface ConfFiles {
  /** the files that were read */
  readonly paths: readonly string[];
  readonly lines: readonly ConfLine[];
  readonly problems: readonly ReadProblem[];
  /** lines that are filled in later: what they will say is not known */
  readonly templateLines: readonly Pick<ConfLine, 'file' | 'line' | 'raw'>[];
  /** lines that stand for others, which were left out */
  readonly elided: readonly Pick<ConfLine, 'file' | 'line' | 'raw'>[];
  /** options of a command line: dnsmasq reads its configuration file besides */
  readonly hasCommandLine: boolean;
}

const MAX_FILES = 100;
const MAX_LINES = 50_000;

/** Reads dnsmasq configurations with everything that conf-file and conf-dir name, in dnsmasq's order. */
export function readConfig(paths: readonly string[], reader: ConfReader): ConfFiles {
  const lines: ConfLine[] = [];
  const problems: ReadProblem[] = [];
  const templateLines: Pick<ConfLine, 'file' | 'line' | 'raw'>[] = [];
  const elided: Pick<ConfLine, 'file' | 'line' | 'raw'>[] = [];
  const visited = new Set<string>();
  let isFromCommand = false;

  const readFile = (name: string, from?: ConfLine): void => {
    const file = reader.placeOf?.(name) ?? name;
    const complain = (problem: string, isElsewhere = false): void => {
      const at = { file: from?.file ?? file, line: from?.line ?? 1, raw: from?.raw ?? '' };
      problems.push({ ...at, problem, isElsewhere });
    };
    if (visited.has(file)) return complain(`${file} is read twice`);
    if (visited.size >= MAX_FILES) return complain('more files than can be read');
    visited.add(file);
    const text = reader.read(file);
    if (text === undefined)
      return reader.exists(file) === false
        ? complain(`${file} cannot be read`)
        : complain(`${file} was not given`, true);
    if (text.includes('\0')) return complain(`${file} is no text`);
    text.split(/\r?\n/).forEach((raw, index) => {
      if (isElision(raw)) elided.push({ file, line: index + 1, raw: raw.trim() });
    });
    const form = TRANSLATED_FORMS.find(({ isIt }) => isIt(text));
    if (form) {
      templateLines.push(...templateLinesOf(file, text));
      // of a boot file whose server is filled in later the name can be judged
      const isJudged = ({ key, value }: ConfLine): boolean =>
        key === 'dhcp-boot' || !isTemplateLine(value, false);
      return void lines.push(...form.lines(file, text).filter(isJudged));
    }
    if (hasCommandLine(text)) {
      isFromCommand = true;
      for (const option of optionsOfCommand(file, text)) {
        if (!isTemplateLine(option.value, false)) lines.push(option);
        else if (templateLines.at(-1)?.line !== option.line) templateLines.push(option);
      }
      return;
    }
    text.split(/\r?\n/).forEach((raw, index) => {
      if (isTemplateLine(raw, false))
        return void templateLines.push({ file, line: index + 1, raw: raw.trim() });
      const line = isElision(raw) ? undefined : parseLine(file, index + 1, raw);
      if (!line || lines.length >= MAX_LINES) return;
      lines.push(line);
      if (line.key === 'conf-file' && line.value !== '') readFile(resolve(file, line.value), line);
      if (line.key === 'conf-dir' && line.value !== '') readFolder(line);
    });
  };

  /** `conf-dir=/etc/dnsmasq.d,*.conf` reads only those, `conf-dir=/etc/dnsmasq.d,.bak` all but those. */
  const readFolder = (line: ConfLine): void => {
    const [folder = '', ...patterns] = line.value.split(',').map((part) => part.trim());
    const names = reader.list(resolve(line.file, folder));
    if (!names) {
      const isElsewhere = reader.exists(resolve(line.file, folder)) === undefined;
      problems.push({
        ...line,
        problem: `${folder} ${isElsewhere ? 'was not given' : 'cannot be read'}`,
        isElsewhere,
      });
      return;
    }
    const wanted = patterns.filter((p) => p.startsWith('*')).map((p) => p.slice(1));
    const unwanted = patterns.filter((p) => p !== '' && !p.startsWith('*'));
    for (const name of [...names].sort()) {
      const isBackup =
        name.startsWith('.') || name.endsWith('~') || (name.startsWith('#') && name.endsWith('#'));
      if (isBackup || unwanted.some((ending) => name.endsWith(ending))) continue;
      if (wanted.length > 0 && !wanted.some((ending) => name.endsWith(ending))) continue;
      readFile(`${resolve(line.file, folder).replace(/\/$/, '')}/${name}`, line);
    }
  };

  // a file that another one of them includes is read where it is included
  for (const path of paths) if (!visited.has(path)) readFile(path);
  return { paths: [...visited], lines, problems, templateLines, elided, hasCommandLine: isFromCommand };
}

/** Lines of a text that are filled in later. */
function templateLinesOf(file: string, text: string): ConfFiles['templateLines'] {
  return text
    .split(/\r?\n/)
    .flatMap((raw, index) =>
      isTemplateLine(withoutComment(raw), false) ? [{ file, line: index + 1, raw: raw.trim() }] : [],
    );
}

function resolve(from: string, path: string): string {
  if (path.startsWith('/')) return path;
  const at = from.lastIndexOf('/');
  return at < 0 ? path : `${from.slice(0, at)}/${path}`;
}

function parseLine(file: string, line: number, raw: string): ConfLine | undefined {
  const text = withoutComment(raw).trim();
  if (text === '') return undefined;
  const equals = text.indexOf('=');
  const key = (equals < 0 ? text : text.slice(0, equals)).trim().replace(/^--/, '');
  const value = equals < 0 ? '' : text.slice(equals + 1).trim();
  return { file, line, raw: raw.trim(), key, value, hasValue: equals >= 0 };
}

/** A `#` begins a comment at the start of a line or after white space, outside quotes (option.c read_file). */
function withoutComment(raw: string): string {
  let isQuoted = false;
  for (let at = 0; at < raw.length; at++) {
    const character = raw[at];
    if (character === '\\') at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === '#' && !isQuoted && (at === 0 || /\s/.test(raw[at - 1] ?? '')))
      return raw.slice(0, at);
  }
  return raw;
}

/** The parts of a value between commas; quotes keep commas and are taken off. */
export function splitValue(value: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  let isQuoted = false;
  for (let at = 0; at < value.length; at++) {
    const character = value[at] ?? '';
    if (character === '\\' && at + 1 < value.length) part += value[++at] ?? '';
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === ',' && !isQuoted) {
      parts.push(part.trim());
      part = '';
    } else part += character;
  }
  parts.push(part.trim());
  return parts;
}
