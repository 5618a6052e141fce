import { configError } from '../model/errors.ts';

/** A format that values are written into. */
export type Format = 'pxelinux' | 'grub' | 'ipxe' | 'dnsmasq' | 'nginx';

/** What ends a value, or starts something else, where the format has no way to quote it. */
const BREAKS: Readonly<Record<Format, RegExp>> = {
  // quotes go to the kernel as they are (the user's log of an autoinstall that never began), a space begins the next word
  pxelinux: /[\s"'\p{Cc}]/u,
  // inside single quotes only the quote itself ends the word
  grub: /['\p{Cc}]/u,
  // no quoting at all: `${` expands, and # at the start of a word begins a comment
  ipxe: /[\s"'\p{Cc}]|\$\{|^#|^(?:;|\|\||&&)$/u,
  // values are separated by commas; # begins a comment, a quote a string
  dnsmasq: /[\s,#"'\\\p{Cc}]/u,
  nginx: /["'\\$\p{Cc}]/u,
};

/** Whether the format has a way to hold this word. */
export const canHold = (word: string, format: Format): boolean => word !== '' && !BREAKS[format].test(word);

/**
 * Writes one word (a kernel argument, a path, a name) so that the format reads back exactly this word.
 * @throws PxectlError E_CONFIG_UNSAFE_VALUE when the format has no way to hold it
 */
export function quoteWord(word: string, format: Format): string {
  if (!canHold(word, format)) {
    throw configError('E_CONFIG_UNSAFE_VALUE', {
      what: `${JSON.stringify(word)} cannot be written into a file for ${format}`,
      why:
        word === ''
          ? 'it is empty'
          : 'it holds a character that would end the value or begin another command',
      next: 'take the character out of the value',
    });
  }
  switch (format) {
    case 'grub':
      return /^[A-Za-z0-9_./:=,@%+-]+$/.test(word) ? word : `'${word}'`;
    case 'nginx':
      return /^[A-Za-z0-9_./:-]+$/.test(word) ? word : `"${word}"`;
    case 'pxelinux':
    case 'ipxe':
    case 'dnsmasq':
      return word;
  }
}

/** menus of pxelinux cut longer lines */
const MAX_TITLE_CHARACTERS = 72;

/** Text for people on one line (a menu title): what would end the line or the quotes becomes a space. */
export function plainTitle(title: string): string {
  return title
    .replace(/[\p{Cc}"'\\$`#{};&|^]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_TITLE_CHARACTERS);
}

/** A sentence for a comment line: whatever would begin a new line becomes a space. */
export function plainComment(sentence: string): string {
  return sentence.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
