/** URL prefix → URL that replaces it */
export type Mirrors = Readonly<Record<string, string>>;

/**
 * The address to use instead of a vendor's: the longest prefix of `mirrors` that fits is replaced. A prefix ends at a
 * path boundary, so `https://example.org/ubuntu` does not catch `https://example.org/ubuntu-old`.
 */
export function throughMirror(url: string, mirrors: Mirrors = {}): string {
  const prefix = mirroredPrefix(url, mirrors);
  if (prefix === undefined) return url;
  return withoutSlash(mirrors[prefix] ?? '') + url.slice(withoutSlash(prefix).length);
}

/**
 * The address that is really asked, for people: with what it stands for where it is a mirror's, and without the user and
 * password that it may have.
 */
export function askedAddress(url: string, mirrors: Mirrors = {}): string {
  const asked = withoutPassword(throughMirror(url, mirrors));
  const prefix = mirroredPrefix(url, mirrors);
  return prefix === undefined ? asked : `${asked} (mirror of ${withoutSlash(prefix)})`;
}

/** Mirrors in a line each, for people. */
export function mirrorsInWords(mirrors: Mirrors): readonly string[] {
  return Object.entries(mirrors).map(([prefix, mirror]) => `${withoutPassword(mirror)} for ${prefix}`);
}

export function withoutPassword(url: string): string {
  return url.replace(/^(https?:\/\/)[^/@]*@/i, '$1');
}

function mirroredPrefix(url: string, mirrors: Mirrors): string | undefined {
  const [prefix] = Object.keys(mirrors)
    .filter((candidate) => {
      const trimmed = withoutSlash(candidate);
      return url === trimmed || url.startsWith(`${trimmed}/`);
    })
    .sort((a, b) => b.length - a.length);
  return prefix;
}

function withoutSlash(text: string): string {
  return text.replace(/(?<!\/)\/+$/, '');
}
