import { readData } from '../knowledge/read-data.ts';
import type { BootScriptKind } from './script-lines.ts';
import { isTemplateLine } from './templates.ts';

/** data/script-words.json: the words that a line of a loader's configuration may begin with. */
export type ScriptWordsFile = Readonly<Record<BootScriptKind, readonly string[]>> & {
  readonly source: string;
  /** variables that iPXE has without a line that sets them */
  readonly ipxeSettings: readonly string[];
};

const known = readData<ScriptWordsFile>('script-words.json');
const WORDS: Readonly<Record<BootScriptKind, ReadonlySet<string>>> = {
  pxelinux: new Set(known.pxelinux),
  grub: new Set(known.grub),
  ipxe: new Set(known.ipxe),
};

export const IPXE_SETTINGS: ReadonlySet<string> = new Set(known.ipxeSettings);

/** Lines (0 for the first) that begin with no word of this loader: what they do was not understood. */
export function unknownLines(text: string, kind: BootScriptKind): readonly number[] {
  const lines = text.split(/\r?\n/);
  const own = new Set([...text.matchAll(/^[ \t]*function[ \t]+(\S+)/gm)].map(([, name = '']) => name));
  const isSkipped = skipper(kind);
  return lines.flatMap((line, index) => {
    if (isSkipped(line) || isTemplateLine(line, true)) return [];
    const first = commandsOf(line, kind).map((command) => /^\S+/.exec(command)?.[0] ?? '');
    return first.every((word) => isKnown(word, kind) || own.has(word)) ? [] : [index];
  });
}

function isKnown(word: string, kind: BootScriptKind): boolean {
  if (word === '' || word.includes('${') || WORDS[kind].has(kind === 'pxelinux' ? word.toLowerCase() : word))
    return true;
  if (kind === 'ipxe') return word.startsWith(':');
  // a GRUB line may set a variable, end a block, or call what a variable names
  return kind === 'grub' && /^(?:[A-Za-z_]\w*=|[{}$"'\]]|--)/.test(word);
}

/** The commands of a line. */
function commandsOf(line: string, kind: BootScriptKind): readonly string[] {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return [];
  if (kind !== 'ipxe') return [text];
  // iPXE takes && and || as words of their own, and knows no quotes around them
  return text.split(/\s(?:&&|\|\|)(?:\s|$)/).map((command) => command.trim());
}

/** Whether a line goes on what the line before began: a help text of a menu, a line that ends in a backslash. */
function skipper(kind: BootScriptKind): (line: string) => boolean {
  let isText = false;
  let isContinued = false;
  return (line) => {
    const wasText = isText;
    const wasContinued = isContinued;
    if (kind === 'pxelinux') {
      if (/^\s*text\s+help\b/i.test(line)) isText = true;
      if (/^\s*endtext\b/i.test(line)) isText = false;
    } else isContinued = /\\\s*$/.test(line);
    return (wasText && isText) || wasContinued;
  };
}
