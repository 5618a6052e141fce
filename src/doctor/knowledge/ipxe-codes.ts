import { fullCauses, type CauseInFile, type KnowledgeEntry, type KnownCause } from './knowledge-entry.ts';
import { readData } from './read-data.ts';

/** What the digits of an iPXE error code say. */
export interface IpxeError {
  /** the eight digits, or the six that were given */
  readonly code: string;
  /** the six digits that decide the meaning */
  readonly key: string;
  /** `ENOENT` */
  readonly errno?: string;
  readonly errnoText?: string;
  /** where in iPXE, for example `httpcore` */
  readonly file?: string;
  /** the particular meaning, where iPXE has given it one */
  readonly text?: string;
  /** what the last two digits say about the platform */
  readonly platform?: string;
}

/** data/ipxe-errors.json: the numbers that iPXE's error codes are made of. */
export interface IpxeErrorsFile {
  readonly source: string;
  /** first six digits, name, source file, text: codes with a meaning of their own */
  readonly named: readonly (readonly [string, string, string, string])[];
  /** number, name, text */
  readonly errnos: readonly (readonly [string, string, string])[];
  /** bits 23–13, name of the source file */
  readonly files: readonly (readonly [string, string])[];
}

/** data/ipxe-causes.json: by the six (or eight) digits, else by errno and source file, else by errno. */
export interface IpxeCausesFile {
  readonly common?: Readonly<Record<string, KnownCause>>;
  readonly causes: readonly { readonly of: string; readonly causes: readonly CauseInFile[] }[];
}

const numbers = readData<IpxeErrorsFile>('ipxe-errors.json');
const known = readData<IpxeCausesFile>('ipxe-causes.json');
const causesByCode = new Map(known.causes.map(({ of, causes }) => [of, fullCauses(causes, known.common)]));

const named = new Map<string, { readonly file: string; readonly texts: string[] }>();
for (const [key, , file, text] of numbers.named) {
  const entry = named.get(key);
  if (entry) entry.texts.push(text);
  else named.set(key, { file: /(?:^|\/)([^/]+)\.c$/.exec(file)?.[1] ?? file, texts: [text] });
}
const errnos = new Map(numbers.errnos.map(([number, name, text]) => [number, { name, text }]));
// EPLATFORM (include/errno.h): the firmware's own error, in the last two digits
errnos.set('7f', { name: 'EPLATFORM', text: 'The firmware reported an error' });
const files = new Map(numbers.files.map(([id, file]) => [Number.parseInt(id, 16), file]));

/** EFI_STATUS numbers in the last digits of codes from UEFI builds (0x80 and the status). */
const EFI_STATUS: Readonly<Record<number, string>> = {
  0x81: 'EFI load error',
  0x82: 'EFI invalid parameter',
  0x83: 'EFI unsupported',
  0x86: 'EFI not ready',
  0x87: 'EFI device error',
  0x89: 'EFI out of resources',
  0x8e: 'EFI not found',
  0x8f: 'EFI access denied',
  0x91: 'EFI no mapping',
  0x92: 'EFI timeout',
  0x95: 'EFI aborted',
  0x9a: 'EFI security violation',
};

/**
 * Takes an iPXE code apart: bits 30–24 errno, 23–13 source file, 12–8 which of several meanings, 7–0 platform
 * (include/errno.h). Undefined when the text is not six or eight hex digits or no such errno exists.
 */
export function decodeIpxeCode(text: string): IpxeError | undefined {
  const code = text.toLowerCase().replace(/^0x/, '');
  if (!/^(?:[0-9a-f]{6}|[0-9a-f]{8})$/.test(code)) return undefined;
  const key = code.slice(0, 6);
  const value = Number.parseInt(key, 16) * 256;
  const errno = errnos.get(((value >>> 24) & 0x7f).toString(16).padStart(2, '0'));
  const special = named.get(key);
  if ((!errno && !special) || errno?.name === 'ENOERR') return undefined;
  const file = files.get(value & 0xffe000) ?? special?.file;
  const platform = code.length === 8 ? EFI_STATUS[Number.parseInt(code.slice(6), 16)] : undefined;
  return {
    code,
    key,
    ...(errno === undefined ? {} : { errno: errno.name, errnoText: errno.text }),
    ...(file === undefined ? {} : { file }),
    ...(special === undefined ? {} : { text: special.texts.join(' / ') }),
    ...(platform === undefined ? {} : { platform }),
  };
}

/** The errno whose text iPXE wrote into a line; undefined when there is none. */
export function ipxeErrnoOfWords(line: string): { readonly name: string; readonly text: string } | undefined {
  const said = line.toLowerCase();
  return [...errnos.values()]
    .filter(({ text }) => said.includes(text.toLowerCase()))
    .sort((a, b) => b.text.length - a.text.length)[0];
}

/** What is known about an iPXE code, as an entry like those of the tables. */
export function ipxeEntry(error: IpxeError): KnowledgeEntry {
  const words = error.text ?? error.errnoText ?? 'unknown';
  const where = error.file === undefined ? '' : ` in ${error.file}`;
  const platform = error.platform === undefined ? '' : `, ${error.platform}`;
  return {
    id: `ipxe-${error.key}`,
    code: error.key,
    texts: [`${words} (https://ipxe.org/${error.code})`],
    printedBy: 'iPXE',
    meaning: `${words}${where} (${error.errno ?? 'no errno'}: ${error.errnoText ?? 'unknown'}${platform}).`,
    causes: causesOf(error),
    source: 'iPXE include/errno.h and include/ipxe/errfile.h',
  };
}

/** An errno that a line has in words and without its code: which part of iPXE says so is not known. */
export function ipxeEntryOfErrno({ name, text }: { name: string; text: string }): KnowledgeEntry {
  return {
    id: `ipxe-${name.toLowerCase()}`,
    texts: [text],
    printedBy: 'iPXE',
    meaning: `${text} (${name}). The code behind it, which tells more, was not given.`,
    causes: causesByCode.get(name) ?? [
      {
        text: 'the words alone do not tell which part of iPXE says so',
        fix: ['take the eight digits behind ipxe.org/ from the screen: pxectl doctor CODE'],
      },
    ],
    source: 'iPXE include/errno.h',
  };
}

/** Every code that has a meaning or causes of its own. */
export function ipxeEntries(): readonly KnowledgeEntry[] {
  const keys = new Set([...causesByCode.keys()].filter((key) => key.length === 6));
  for (const key of named.keys()) keys.add(key);
  return [...keys].sort().flatMap((key) => {
    const error = decodeIpxeCode(key);
    return error ? [ipxeEntry(error)] : [];
  });
}

function causesOf(error: IpxeError): readonly KnownCause[] {
  return (
    causesByCode.get(error.code) ??
    causesByCode.get(error.key) ??
    causesByCode.get(`${error.errno ?? ''}/${error.file ?? ''}`) ??
    causesByCode.get(error.errno ?? '') ?? [
      { text: 'this code has no cause of its own in doctor', fix: [`open https://ipxe.org/${error.code}`] },
    ]
  );
}
