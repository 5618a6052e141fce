/** `<hex>  name`, `<hex> *name` (GNU) and `SHA256 (name) = <hex>` (BSD, Fedora); names without a leading `./`. */
const GNU = /^([0-9a-fA-F]{64}) [ *](?:\.\/)?(.+)$/;
const BSD = /^SHA256 ?\((?:\.\/)?(.+)\) ?= ?([0-9a-fA-F]{64})$/;

/** SHA-256 sums of a list, by file name; lines of other kinds (comments, other hashes, PGP armor) are left out. */
export function parseChecksumList(text: string): Map<string, string> {
  const sums = new Map<string, string>();
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const gnu = GNU.exec(line);
    const bsd = gnu === null ? BSD.exec(line) : null;
    const name = gnu?.[2] ?? bsd?.[1];
    const hash = gnu?.[1] ?? bsd?.[2];
    if (name !== undefined && hash !== undefined) sums.set(name, hash.toLowerCase());
  }
  return sums;
}

/** The name with the highest numbers among those that match: `…-24.04.10-…` comes after `…-24.04.2-…`. */
export function newestMatching(names: Iterable<string>, pattern: RegExp): string | undefined {
  const collator = new Intl.Collator('en', { numeric: true });
  return [...names]
    .filter((name) => pattern.test(name))
    .sort((a, b) => collator.compare(versionKey(a), versionKey(b)))
    .at(-1);
}

/** `24.04` must sort before `24.04.1`, so the version is compared apart from what follows it. */
function versionKey(name: string): string {
  return (/\d+(?:[.-]\d+)*/.exec(name)?.[0] ?? name).replaceAll('-', '.');
}
