import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { DoctorRequest } from './doctor-request.ts';
import { lookUp } from './knowledge/look-up.ts';
import { isSurelyConfig } from './lint/config-kinds.ts';
import { takeApart } from './posts/take-apart.ts';
import { isServerLog } from './read/server-log.ts';
import { TextLines } from './read/text-lines.ts';
import { inputError, kindOfFile } from './read-inputs.ts';

/** How programs begin a line of a log; a console has seconds since its start, or nothing. */
const LOG_LINE =
  /^\W{0,2}(?:\d{4}[-/]\d\d[-/]\d\d[T ]|[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d|(?:[A-Z][a-z]{2} ){2} ?\d+ \d\d:\d\d:\d\d|\d\d:\d\d:\d\d|"\w+":)/;

type Given = Partial<
  Pick<DoctorRequest, 'text' | 'textPath' | 'logPath' | 'logText' | 'pcapPath' | 'configPaths'>
>;

/** What is longer is no screen: the server's log, or a capture. */
const MAX_SCREEN_BYTES = 1_000_000;
const CONFIG_ENDINGS: ReadonlySet<string> = new Set(['.conf', '.cfg', '.ipxe', '.yaml', '.yml', '.json']);
/** How users name files; a message that is one word does not end so. */
const NAME_OF_FILE =
  /^(?!\w+:\/\/)(?:\.{0,2}\/\S+|\S+\.(?:txt|log|conf|cfg|ipxe|ya?ml|json|pcap|pcapng|cap))$/i;

/**
 * The words of the command line, where they are names of files: each file as what it is. A word that is no file is a text.
 * @throws PxectlError E_INPUT for what is named like a file and cannot be read
 */
export async function readGivenWords(words: readonly string[]): Promise<Given> {
  const files = await Promise.all(words.map(isFile));
  if (!files.every(Boolean)) {
    const [word] = words;
    if (words.length === 1 && word !== undefined && NAME_OF_FILE.test(word) && !lookUp(word).isKnown)
      throw inputError(`there is no file ${word}`, 'check the name, or give the words on the screen');
    return { text: words.join(' ').trim() };
  }
  const given: { -readonly [Key in keyof Given]: Given[Key] } = {};
  const configPaths: string[] = [];
  for (const path of words) {
    const { kind, text } = await kindOfGiven(path);
    const key = { screen: 'textPath', log: 'logPath', capture: 'pcapPath' } as const;
    if (kind === 'config') configPaths.push(path);
    else if (given[key[kind]] !== undefined)
      throw inputError(
        `${given[key[kind]]} and ${path} are both a ${kind}`,
        'give doctor one after the other',
      );
    else given[key[kind]] = path;
    if (kind === 'screen') given.text = text;
  }
  return { ...given, ...(configPaths.length > 0 ? { configPaths } : {}) };
}

/** What came on stdin: a screen, the log of a boot server, or a post that holds several things. */
export function readGivenText(text: string): Given {
  return takeApart('stdin', text) === undefined && isServerLog(text.split(/\r?\n/)) === 'mostly'
    ? { logText: text }
    : { text };
}

/** A folder's name may be a word of a message too, so that it counts only when it is written as a path. */
async function isFile(word: string): Promise<boolean> {
  const what = await stat(word).catch(() => undefined);
  return what !== undefined && (what.isFile() || word.includes('/'));
}

async function kindOfGiven(
  path: string,
): Promise<{ readonly kind: 'screen' | 'log' | 'capture' | 'config'; readonly text?: string }> {
  if ((await stat(path)).isDirectory()) return { kind: 'config' };
  const { sizeBytes, kind } = await kindOfFile(path);
  if (kind === 'capture') return { kind };
  if (kind === 'binary')
    throw inputError(
      `${path} is a binary file: doctor reads text and captures`,
      'type what stands on the screen: pxectl doctor "THE LAST LINES"',
    );
  if (sizeBytes > MAX_SCREEN_BYTES || kind === 'compressed') return { kind: 'log' };
  const lines = await readLines(path);
  const text = lines.join('\n');
  if (CONFIG_ENDINGS.has(extname(path))) return { kind: 'config' };
  if (takeApart(path, text) !== undefined) return { kind: 'screen', text };
  const written = isServerLog(lines);
  if (written === 'mostly') return { kind: 'log' };
  if (isSurelyConfig(path, text)) return { kind: 'config' };
  const isNamedLog = extname(path) === '.log';
  if (isNamedLog && lines.filter((line) => LOG_LINE.test(line)).length >= lines.length / 2)
    return { kind: 'log' };
  const isLog = (written === 'partly' || isNamedLog) && !lookUp(text).isKnown;
  return isLog ? { kind: 'log' } : { kind: 'screen', text };
}

async function readLines(path: string): Promise<readonly string[]> {
  const lines = new TextLines();
  return [...lines.push(await readFile(path)), ...lines.flush()];
}
