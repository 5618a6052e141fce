import type { Finding } from '../../../model/finding.ts';
import { editDistance } from '../../../model/nearest-word.ts';
import { lintFinding } from '../lint-finding.ts';
import { meantVendorClass } from '../rules/vendor-class-rules.ts';
import type { DhcpdStatement } from './dhcpd-syntax.ts';

/** Conditions that dhcpd takes and that never hold. */
export function conditionsThatNeverHold(all: readonly DhcpdStatement[]): Finding[] {
  const conditions = all.filter(({ words: [first = ''] }) => /^(?:if|elsif|else|match)$/.test(first));
  return [...misspeltFunctions(conditions), ...cutTexts(conditions), ...misspeltClasses(all)];
}

/** Functions of dhcp-eval(5) that people write in conditions. */
const FUNCTIONS = [
  'substring',
  'suffix',
  'concat',
  'lcase',
  'ucase',
  'binary-to-ascii',
  'encode-int',
  'exists',
];

/** dhcpd takes a word that it does not know for the name of a variable, which has no value. */
function misspeltFunctions(conditions: readonly DhcpdStatement[]): Finding[] {
  return conditions.flatMap((at) =>
    at.words.flatMap((word, index) => {
      if (at.words[index + 1] !== '(' || FUNCTIONS.includes(word) || !/^[a-z-]{4,}$/.test(word)) return [];
      const meant = FUNCTIONS.find((name) => editDistance(name, word) <= 2);
      if (meant === undefined) return [];
      const edit = { at, lines: [at.raw.replace(word, meant)] };
      return [
        lintFinding('config-unreadable', [at], at.raw.includes(word) ? [edit] : [], {
          title: `${word} is no function of dhcpd (${meant}): this condition never holds`,
          cause: 'dhcpd starts with it, and takes the word for the name of a variable that has no value.',
        }),
      ];
    }),
  );
}

/** `substring (…, 0, 9) = "HTTPClient"`: nine letters are never ten. */
function cutTexts(conditions: readonly DhcpdStatement[]): Finding[] {
  return conditions.flatMap((at) =>
    at.words.flatMap((word, index) => {
      const [length = '', close, equals] = [at.words[index - 3], at.words[index - 2], at.words[index - 1]];
      const start = at.words.lastIndexOf('substring', index);
      const isCompared = close === ')' && equals === '=' && /^\d+$/.test(length) && start >= 0;
      const size = word.length - 2;
      const isWhole = !at.words.slice(start + 2, index - 2).some((one) => one === '(' || one === ')');
      if (!isCompared || !isWhole || !/^"[^"\\]*"$/.test(word) || size <= Number(length)) return [];
      const wrong = new RegExp(
        `(,\\s*)${length}(\\s*\\)\\s*=\\s*${word.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&')})`,
      );
      const edit = { at, lines: [at.raw.replace(wrong, `$1${size}$2`)] };
      return [
        lintFinding('config-unreadable', [at], wrong.test(at.raw) ? [edit] : [], {
          title: `${length} letters are compared with ${word}, which has ${size}: this condition never holds`,
          cause: 'substring (data, offset, length) gives no more letters than its length.',
        }),
      ];
    }),
  );
}

/** PXEClient and HTTPClient with a slip, where a condition or an answer has them. */
function misspeltClasses(all: readonly DhcpdStatement[]): Finding[] {
  return all.flatMap((at) => {
    if (!at.words.includes('vendor-class-identifier')) return [];
    const found = at.words
      .filter((word) => word.startsWith('"'))
      .map((word) => meantVendorClass(word.slice(1)))
      .find((one) => one !== undefined);
    if (found === undefined) return [];
    const edit = { at, lines: [at.raw.replace(found.wrong, found.meant)] };
    return [
      lintFinding('config-unreadable', [at], at.raw.includes(found.wrong) ? [edit] : [], {
        title: `the vendor class ${found.wrong} is not ${found.meant}: no client says it, and none takes it`,
        cause: 'Option 60 is compared letter by letter, capitals too.',
      }),
    ];
  });
}
