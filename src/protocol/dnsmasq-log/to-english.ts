import { TRANSLATIONS } from './translations.ts';

interface Form {
  readonly pattern: RegExp;
  readonly english: string;
}

/** `ignored` at the end of a packet's line. */
export const IGNORED_WORDS: ReadonlySet<string> = new Set([
  'ignored',
  'proxy-ignored',
  'ignoriert',
  'ignorado',
  'ignoré',
  'diabaikan',
  'oversett',
  'იგნორირებულია',
  'ignoruję',
  'ignorat',
]);

const PLACEHOLDER = /%(?:\d+\$)?[sdu]/g;
let forms: readonly Form[] | undefined;

/**
 * The English form of a line that dnsmasq wrote in another language; undefined when it is none that is known. What
 * dnsmasq never translates (packet lines, `sent size`) needs none.
 */
export function toEnglish(text: string): string | undefined {
  // the class of a network boot client names itself in every language
  const boot = /^(\d{1,10}) [^:]{1,60}: ?((?:PXE|HTTP)Client\b.*)$/.exec(text);
  if (boot) return `${boot[1]} vendor class: ${boot[2]}`;
  forms ??= TRANSLATIONS.flatMap(([english, translated]) =>
    translated.map((form) => ({ pattern: patternOf(form), english })),
  );
  for (const { pattern, english } of forms) {
    const values = pattern.exec(text);
    if (!values) continue;
    let at = 0;
    return english.replaceAll(PLACEHOLDER, () => values[++at] ?? '');
  }
  return undefined;
}

function patternOf(form: string): RegExp {
  const parts = form.split(PLACEHOLDER).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const kinds = form.match(PLACEHOLDER) ?? [];
  const body = parts
    .map(
      (part, index) =>
        part + (kinds[index] === undefined ? '' : kinds[index].endsWith('s') ? '(.*?)' : '(\\d+)'),
    )
    .join('');
  return new RegExp(`^${body}$`);
}
