/**
 * The address to use instead of a vendor's: the longest prefix of `mirrors` that fits is replaced. A prefix ends at a
 * path boundary, so `https://example.org/ubuntu` does not catch `https://example.org/ubuntu-old`.
 */
export function throughMirror(url: string, mirrors: Readonly<Record<string, string>> = {}): string {
  const [prefix] = Object.keys(mirrors)
    .filter((candidate) => {
      const trimmed = withoutSlash(candidate);
      return url === trimmed || url.startsWith(`${trimmed}/`);
    })
    .sort((a, b) => b.length - a.length);
  if (prefix === undefined) return url;
  return withoutSlash(mirrors[prefix] ?? '') + url.slice(withoutSlash(prefix).length);
}

function withoutSlash(text: string): string {
  return text.replace(/\/+$/, '');
}
