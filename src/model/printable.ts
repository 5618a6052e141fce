/** Control and format characters, half surrogates, line separators: what a terminal may act upon. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Text from the network as one line that may be kept in events and shown on a terminal. */
export function printable(text: string, maxLength = 300): string {
  const safe = text.slice(0, maxLength).replace(UNSAFE, '?');
  return text.length <= maxLength ? safe : `${safe}…`;
}
