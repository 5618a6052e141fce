import { decodeIpxeCode, ipxeEntry, ipxeEntryOfErrno, ipxeErrnoOfWords } from '../ipxe-codes.ts';
import type { KnowledgeEntry } from '../knowledge-entry.ts';
import { KNOWLEDGE } from '../messages.ts';
import { decodeWindowsStatus, windowsEntry } from '../windows-status.ts';
import { likeness } from './likeness.ts';
import { words } from './screen-words.ts';

/** A code on a screen, with what it means here. */
export interface CodeMatch {
  /** several when one code has several meanings and nothing beside it decides */
  readonly entries: readonly KnowledgeEntry[];
  readonly line: number;
  /** when the words beside the code say something else than the code: what was misread */
  readonly note?: string;
}

/** Every code on a screen: of firmware (PXE-E21), of iPXE (2d0c618e) and of Windows (0xc000000f). */
export function matchCodes(lines: readonly string[]): readonly CodeMatch[] {
  return lines.flatMap((text, index) =>
    [...firmwareCodes(text), ...ipxeAndWindowsCodes(text)].map((match) => ({ ...match, line: index + 1 })),
  );
}

type Found = Omit<CodeMatch, 'line'>;

/** What a rest of a line must share with a text of the knowledge to be it, and to overrule a code. */
const LIKE = 0.34;
const SURELY_LIKE = 0.75;
const UNLIKE = 0.5;

function firmwareCodes(line: string): readonly Found[] {
  const codes = [...line.matchAll(/\bPXE\s?[-–:]?\s?([EMT]?)\s?-?([0-9A-F]{2})\b/gi)].map(
    ([whole, letter, digits]) => ({ whole, code: `PXE-${letter}${digits}`.toUpperCase() }),
  );
  const alone = /^\s*([EMT][0-9A-F]{2})\s*$/i.exec(line)?.[1];
  if (alone !== undefined) codes.push({ whole: alone, code: `PXE-${alone}`.toUpperCase() });
  return codes.flatMap(({ whole, code }) => {
    const found = meaningOf(code, words(line.replace(whole, '')).join(' '));
    return found ? [found] : [];
  });
}

/** The meanings of a code. The words beside it choose between two, and beat a code that was copied wrongly. */
function meaningOf(code: string, rest: string): Found | undefined {
  const own = KNOWLEDGE.filter((entry) => entry.code === code);
  if (rest.length < 4) return own.length === 0 ? undefined : { entries: own };
  const scored = KNOWLEDGE.filter((entry) => entry.code !== undefined)
    .map((entry) => ({
      entry,
      score: Math.max(...entry.texts.map((text) => likeness(rest, wordsWithoutCode(text)))),
    }))
    .sort((a, b) => b.score - a.score);
  const [best] = scored;
  const ofCode = scored.filter(({ entry }) => own.includes(entry));
  const [bestOfCode, second] = ofCode;
  if (best && best.score >= SURELY_LIKE && (bestOfCode?.score ?? 0) < UNLIKE) {
    return {
      entries: [best.entry],
      note: `the words are those of ${best.entry.code ?? ''}, not of ${code}: the code was misread`,
    };
  }
  if (!bestOfCode) return undefined;
  const isClear = bestOfCode.score >= LIKE && (!second || bestOfCode.score - second.score > 0.1);
  return { entries: isClear ? [bestOfCode.entry] : ofCode.map(({ entry }) => entry) };
}

function wordsWithoutCode(text: string): string {
  return words(text.replace(/^PXE-\w+/, '')).join(' ');
}

/** Codes that iPXE prints with its address; photographed screens confuse o with 0, and l and i with 1. */
const IPXE_URL = /ipxe\.org\/\s?(?:err\/)?([0-9a-foli]{8}|[0-9a-foli]{6})\b/gi;
/** Codes of either kind, by what stands around them; a bare hex number in a text is none. */
const EITHER = [
  /\((?:0x)?([0-9a-f]{8})\)/gi,
  /^\s*(?:0x)?([0-9a-f]{8}|[0-9a-f]{6})\s*$/gi,
  /\b(?:error|status|code)\b\W*(?:code\W*)?(?:0x)?([0-9a-f]{8})\b/gi,
  /\b0x(c0[0-9a-f]{6})\b/gi,
];

function ipxeAndWindowsCodes(line: string): readonly Found[] {
  const ofIpxe = [...line.matchAll(IPXE_URL)].map(([, digits = '']) =>
    digits.toLowerCase().replace(/o/g, '0').replace(/[li]/g, '1'),
  );
  const either = EITHER.flatMap((form) =>
    [...line.matchAll(form)].map(([, digits = '']) => digits.toLowerCase()),
  );
  const statuses = new Set(either.flatMap((code) => decodeWindowsStatus(code) ?? []));
  const errors = new Set([...ofIpxe, ...either.filter((code) => !statuses.has(code))]);
  return [
    ...[...statuses].map((status) => ({ entries: [windowsEntry(status)] })),
    ...[...errors].flatMap((code) => meaningOfIpxe(code, wordsBefore(code, line, errors.size)) ?? []),
    ...(errors.size === 0 ? withoutCode(line) : []),
  ];
}

/** A line of iPXE whose code was left out: only its own words, or its address, show that it is one. */
const IPXE_WITHOUT_CODE = /ipxe\.org\/(?![\w/])|^\W*could not (?:boot|start|open|select)\b[^:]*:/i;

function withoutCode(line: string): readonly Found[] {
  const said = IPXE_WITHOUT_CODE.test(line) ? ipxeErrnoOfWords(line) : undefined;
  if (said === undefined) return [];
  // a text of its own says more than the errno in it
  const hasOwn = KNOWLEDGE.some(({ texts }) =>
    texts.some((text) => text.includes(said.text) && line.toLowerCase().includes(text.toLowerCase())),
  );
  return hasOwn ? [] : [{ entries: [ipxeEntryOfErrno(said)] }];
}

/** The words that belong to a code: of several on one line those right before it. */
function wordsBefore(code: string, line: string, codes: number): string {
  if (codes < 2) return line;
  const end = line.toLowerCase().indexOf(code);
  return end < 0
    ? ''
    : (line
        .slice(0, end)
        .split(/[0-9a-f]{6,8}\)/i)
        .pop() ?? '');
}

/** iPXE writes the errno in words before the code: when they contradict each other, the words were copied rightly. */
function meaningOfIpxe(code: string, line: string): Found | undefined {
  const error = decodeIpxeCode(code);
  const said = ipxeErrnoOfWords(line);
  if (said === undefined || said.text === error?.errnoText) return error && { entries: [ipxeEntry(error)] };
  const meant = error === undefined ? 'no code of iPXE' : `the code of "${error.errnoText ?? ''}"`;
  return {
    entries: [ipxeEntry({ code, key: code.slice(0, 6), errno: said.name, errnoText: said.text })],
    note: `${code} is ${meant}: the code was misread, the words count`,
  };
}
