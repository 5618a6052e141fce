/** Control and format characters, half surrogates, line separators: what a terminal may act upon. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** As UNSAFE, without what a file may hold that is shown as it is: line ends, tabs, characters newer than this Unicode. */
const UNSAFE_IN_OUTPUT = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** What colours a terminal: SGR of ECMA-48 §8.3.117 without concealed text (8). */
const COLOUR = /(\u001b\[(?:[0-79]|2\d|3\d|9\d)m)/;

/** Text that is written to a terminal or a log, whoever made it up. `hasColor`: its colours stay. */
export function safeOutput(text: string, hasColor: boolean): string {
  const parts = hasColor ? text.split(COLOUR) : [text];
  return parts.map((part, index) => (index % 2 === 1 ? part : part.replace(UNSAFE_IN_OUTPUT, '?'))).join('');
}

/** JSON that a terminal can show: JSON.stringify leaves DEL, C1 and bidirectional controls as they are. */
export function safeJson(value: unknown, indent?: number): string {
  const escape = (char: string): string =>
    char.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return JSON.stringify(value, null, indent).replace(UNSAFE_IN_OUTPUT, escape);
}

/** Text from the network as one line that may be kept in events and shown on a terminal. */
export function printable(text: string, maxLength = 300): string {
  // a copy: a part of a string keeps all of it in memory
  const safe = Buffer.from(text.slice(0, maxLength).replace(UNSAFE, '?')).toString();
  return text.length <= maxLength ? safe : `${safe}…`;
}
