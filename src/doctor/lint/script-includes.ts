import { basename, dirname, join } from 'node:path';
import { readTextBelow } from './config-reader.ts';
import type { BootScriptKind } from './script-lines.ts';

const WORDS: Readonly<Partial<Record<BootScriptKind, RegExp>>> = {
  // a menu may be split over files, and a label may hand over to another configuration
  pxelinux: /^\s*(?:menu\s+)?(?:include|config)\s+(\S+)/i,
  grub: /^\s*(?:source|configfile)\s+"?([^\s"]+)"?/,
};
const MAX_FILES = 100;

/** The other configurations that a loader reads for this one; those that it only looks for are none. */
export function includesOf(text: string, kind: BootScriptKind): readonly string[] {
  const names = text.split(/\r?\n/).flatMap((line) => WORDS[kind]?.exec(line)?.[1] ?? []);
  const isOptional = (name: string): boolean =>
    ['-f', '-e', '-s'].some((test) => text.includes(`${test} ${name}`) || text.includes(`${test} "${name}"`));
  return [...new Set(names)].filter((name) => !isOptional(name));
}

/** The given file that a loader would read for this name: names begin at the loader's folder, which nobody knows. */
export function givenFor(name: string, from: string, given: ReadonlyMap<string, string>): string | undefined {
  return [...given.keys()].find((path) => path !== from && basename(path) === basename(name));
}

/** Adds to what was given the configurations that scripts of it read and that lie below the root, or beside them. */
export function followIncludes(
  given: Map<string, string>,
  kindOf: (path: string) => BootScriptKind | undefined,
  root: string | undefined,
  take: (path: string, text: string, kind: BootScriptKind) => void,
): void {
  for (const [path, text] of given) {
    const kind = kindOf(path);
    if (kind === undefined) continue;
    for (const name of includesOf(text, kind)) {
      const own = givenFor(name, path, given);
      if (own !== undefined) {
        take(own, given.get(own) ?? '', kind);
        continue;
      }
      if (root === undefined || given.size >= MAX_FILES || /[$*]/.test(name)) continue;
      const place = [join(root, name), join(dirname(path), name)].find(
        (one) => readTextBelow(root, one) !== undefined,
      );
      const found = place === undefined ? undefined : readTextBelow(root, place);
      if (place !== undefined && found !== undefined && !found.includes('\0')) take(place, found, kind);
    }
  }
}
