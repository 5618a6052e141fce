/** A file that a boot script leads to. */
export interface ScriptFile {
  readonly url: string;
  readonly what: 'kernel' | 'initrd' | 'iso' | 'seed' | 'script';
}

const MAX_FILES = 40;
/** values are made of values */
const MAX_VALUE = 2_000;
const COMMANDS: ReadonlySet<string> = new Set(['kernel', 'initrd', 'chain', 'imgfetch']);

/**
 * The files that an iPXE script names: kernels, initrds, chained scripts, and the ISO and the seed of the kernel
 * arguments. `set` variables are filled in; names with others in them are left out, since only iPXE knows those.
 */
export function filesOfScript(script: string, baseUrl: string): readonly ScriptFile[] {
  const variables = new Map<string, string>();
  const found = new Map<string, ScriptFile>();
  const fill = (text: string): string =>
    text.replace(/\$\{([\w:/.-]+)\}/g, (whole, name: string) => variables.get(name) ?? whole);
  const add = (name: string | undefined, what: ScriptFile['what']): void => {
    if (name === undefined || found.size >= MAX_FILES) return;
    const filled = fill(name);
    if (filled.includes('${')) return;
    const url = URL.canParse(filled, baseUrl) ? new URL(filled, baseUrl).href : undefined;
    if (url?.startsWith('http') === true && !found.has(url)) found.set(url, { url, what });
  };
  for (const line of script.split(/\r?\n/)) {
    const set = /^\s*set\s+([\w:/.-]+)\s+(.*)/s.exec(line);
    if (set) variables.set(set[1] ?? '', fill((set[2] ?? '').trim()).slice(0, MAX_VALUE));
    const words = line.trim().split(/\s+/);
    const [verb] = words;
    if (verb === undefined || !COMMANDS.has(verb)) continue;
    const at = afterOptions(words);
    const name = words[at];
    const rest = words.slice(at + 1).join(' ');
    add(name, verb === 'kernel' ? 'kernel' : verb === 'initrd' ? 'initrd' : 'script');
    add(/(?:^|\s)(?:iso-)?url=(https?:\S+\.iso)/.exec(fill(rest))?.[1], 'iso');
    const seed = /;s=(https?:[^\s"']+)/.exec(fill(rest))?.[1];
    add(seed === undefined ? undefined : `${seed}meta-data`, 'seed');
  }
  return [...found.values()];
}

/** Where the name of the file stands: options of iPXE come before it, of which some have a value behind a blank. */
function afterOptions(words: readonly string[]): number {
  let at = 1;
  while (words[at]?.startsWith('--') === true && at + 1 < words.length) {
    at += 1;
    const next = words[at] ?? '';
    if (!next.startsWith('--') && !/[:/]/.test(next) && at + 1 < words.length) at += 1;
  }
  return at;
}
