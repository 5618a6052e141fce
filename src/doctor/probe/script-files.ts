/** A file that a boot script leads to. */
export interface ScriptFile {
  readonly url: string;
  readonly what: 'kernel' | 'initrd' | 'iso' | 'seed' | 'script';
}

const MAX_FILES = 40;

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
    const set = /^\s*set\s+([\w:/.-]+)\s+(.*)$/.exec(line);
    if (set) variables.set(set[1] ?? '', fill((set[2] ?? '').trim()));
    const command =
      /^\s*(kernel|initrd|chain|imgfetch)\s+(?:--\S+\s+(?:(?!\S*[:/])\S+\s+)?)*(\S+)\s*(.*)$/.exec(line);
    if (!command) continue;
    const [, verb, name, rest = ''] = command;
    add(name, verb === 'kernel' ? 'kernel' : verb === 'initrd' ? 'initrd' : 'script');
    add(/(?:^|\s)(?:iso-)?url=(https?:\S+\.iso)/.exec(fill(rest))?.[1], 'iso');
    const seed = /;s=(https?:[^\s"']+)/.exec(fill(rest))?.[1];
    add(seed === undefined ? undefined : `${seed}meta-data`, 'seed');
  }
  return [...found.values()];
}
