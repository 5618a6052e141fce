/** `<hex>  name`, `<hex> *name` (GNU) and `SHA256 (name) = <hex>` (BSD, Fedora); names without a leading `./`. */
const GNU = /^([0-9a-fA-F]{64}) [ *](?:\.\/)?(.+)$/;
const BSD = /^SHA256 ?\((?:\.\/)?(.+)\) ?= ?([0-9a-fA-F]{64})$/;

/** `.treeinfo` of Anaconda trees: `images/install.img = sha256:<hex>` */
const TREEINFO = /^(\S+) *= *sha256:([0-9a-fA-F]{64})$/;
/** Alpine's latest-releases.yaml names a file, and its sum some lines below. */
const YAML_FILE = /^(?:- )?file: *"?([^"\s]+)"?$/;
const YAML_SUM = /^sha256: *"?([0-9a-fA-F]{64})"?$/;

/** Only as openSUSE writes it: one file, in GNU's form. */
const GNU_SHA512 = /^([0-9a-fA-F]{128}) [ *](?:\.\/)?(.+)$/gm;

/** SHA-512 sums of a list, by file name. */
export function parseSha512List(text: string): Map<string, string> {
  const lines = text.replaceAll('\r', '').matchAll(GNU_SHA512);
  return new Map([...lines].map(([, hash = '', name = '']) => [name, hash.toLowerCase()]));
}

/** SHA-256 sums of a list, by file name; lines of other kinds (comments, other hashes, PGP armor) are left out. */
export function parseChecksumList(text: string): Map<string, string> {
  const sums = new Map<string, string>();
  let yamlFile: string | undefined;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    yamlFile = YAML_FILE.exec(line)?.[1] ?? yamlFile;
    const gnu = GNU.exec(line);
    const other = gnu === null ? (BSD.exec(line) ?? TREEINFO.exec(line)) : null;
    const name = gnu?.[2] ?? other?.[1] ?? yamlFile;
    const hash = gnu?.[1] ?? other?.[2] ?? YAML_SUM.exec(line)?.[1];
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
