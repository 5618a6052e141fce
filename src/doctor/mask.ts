/** Replaces what tells people and machines apart, the same thing by the same stand-in throughout a bundle. */
export class Masker {
  readonly #macs = new Map<string, string>();
  readonly #names: readonly (readonly [string, string])[];

  /** @param names words to replace, for example host, user and machine names */
  constructor(names: readonly (readonly [name: string, standIn: string])[]) {
    // the longest first, so that no name is replaced inside another
    this.#names = [...names].filter(([name]) => name.length >= 3).sort((a, b) => b[0].length - a[0].length);
  }

  /** A text without MACs, UUIDs, names and secrets. */
  text(text: string): string {
    let masked = withoutKeyBlocks(text)
      .replace(
        // pxelinux and GRUB put the hardware type of Ethernet before it: 01-52-54-00-12-34-56
        /\b(01-(?=(?:[0-9a-f]{2}-){5}[0-9a-f]{2}\b))?((?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\3){4}[0-9a-f]{2})\b/gi,
        (_, type: string | undefined, mac: string, separator: string) =>
          `${type ?? ''}${this.mac(mac.replaceAll(/[:-]/g, ':').toLowerCase()).replaceAll(':', separator)}`,
      )
      .replace(
        /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
        '00000000-0000-0000-0000-000000000000',
      )
      .replace(/\$(?:[1-9][a-z]?|y|2[aby])\$[^\s"']+/g, '[secret]')
      .replace(/\b(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S{1,32}) [A-Za-z0-9+/=]+(?: \S+)?/g, '[secret]')
      .replace(
        /^([ \t]*(?:- )?["']?[\w-]{0,64}(?:passw(?:or)?d|passwd|secret|token|api[_-]?key|private[_-]?key|psk)[\w-]{0,64}["']?[ \t]*[:=]\s*)\S.*/gim,
        '$1[secret]',
      )
      .replace(/(\/\/)[^/\s:@]+:[^/\s@]+@/g, '$1[secret]@')
      .replace(/\/home\/[^/\s"']+/g, '/home/user');
    for (const [name, standIn] of this.#names) {
      masked = masked.replace(
        new RegExp(`(?<![\\w-])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`, 'g'),
        standIn,
      );
    }
    return masked;
  }

  /** The stand-in for a MAC: 02:00:00:00:00:01 and so on; broadcast stays. */
  mac(mac: string): string {
    if (/^(?:ff:){5}ff$|^(?:00:){5}00$|^01:|^33:33:/.test(mac)) return mac;
    const known = this.#macs.get(mac);
    if (known !== undefined) return known;
    const number = this.#macs.size + 1;
    const standIn = `02:00:00:00:${(number >> 8).toString(16).padStart(2, '0')}:${(number & 255).toString(16).padStart(2, '0')}`;
    this.#macs.set(mac, standIn);
    return standIn;
  }
}

/** PEM and OpenPGP's armor; from each beginning to the next end, read once. */
function withoutKeyBlocks(text: string): string {
  const kept: string[] = [];
  let at = 0;
  for (;;) {
    const begin = text.indexOf('-----BEGIN ', at);
    const end = begin < 0 ? -1 : text.indexOf('-----END ', begin);
    const close = end < 0 ? -1 : text.indexOf('-----', end + '-----END '.length);
    if (close < 0) return kept.join('') + text.slice(at);
    kept.push(text.slice(at, begin), '[secret]');
    at = close + '-----'.length;
  }
}
