import { nearestWord } from '../../model/nearest-word.ts';
import { fatal, gap, placeOf, type SeedPlace, type SeedProblem } from './seed-problem.ts';
import { isMapping } from './yaml-text.ts';

type Kind = 'a list' | 'a mapping' | 'a text';

/** Keys of autoinstall, and what each holds: autoinstall-schema.json of https://github.com/canonical/subiquity, of 2025. */
const KEYS = new Map<string, Kind | undefined>([
  ...[
    'interactive-sections',
    'early-commands',
    'late-commands',
    'error-commands',
    'packages',
    'zdevs',
    'snaps',
  ].map((name) => [name, 'a list'] as const),
  ...[
    ...['reporting', 'user-data', 'refresh-installer', 'kernel', 'kernel-crash-dumps', 'keyboard', 'source'],
    ...['network', 'ubuntu-pro', 'ubuntu-advantage', 'apt', 'storage', 'identity', 'ssh', 'active-directory'],
    ...['codecs', 'drivers', 'oem'],
  ].map((name) => [name, 'a mapping'] as const),
  ...['debconf-selections', 'locale', 'timezone', 'updates', 'shutdown'].map(
    (name) => [name, 'a text'] as const,
  ),
  ['version', undefined],
  ['proxy', undefined],
]);

/** What a mapping must hold, else the installer stops at it. */
const REQUIRED = new Map<string, readonly string[]>([
  ['identity', ['username', 'hostname', 'password']],
  ['keyboard', ['layout']],
]);

/** What the installer's schema refuses, and keys that look mistyped: it leaves out what it does not know. */
export function checkAutoinstallKeys(
  text: string,
  autoinstall: Readonly<Record<string, unknown>>,
): readonly SeedProblem[] {
  return Object.entries(autoinstall).flatMap(([key, value]): readonly SeedProblem[] => {
    const at = placeOfKey(text, key);
    if (!KEYS.has(key)) {
      const near = nearestWord(key, [...KEYS.keys()]);
      return near === undefined ? [] : [gap(`autoinstall has no ${key}; did you mean ${near}?`, at)];
    }
    const wanted = KEYS.get(key);
    if (wanted !== undefined && kindOf(value) !== wanted) {
      return [fatal(`${key} of autoinstall must be ${wanted}: the installer stops at it`, at)];
    }
    const missing = (REQUIRED.get(key) ?? []).filter(
      (name) => !isMapping(value) || typeof value[name] !== 'string',
    );
    if (missing.length === 0) return [];
    return [
      fatal(`${key} of autoinstall wants ${missing.join(', ')}, as text: the installer stops at it`, at),
    ];
  });
}

function kindOf(value: unknown): Kind | undefined {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  return isMapping(value) ? 'a mapping' : undefined;
}

/** A key that has a line of its own. */
function placeOfKey(text: string, key: string): SeedPlace | undefined {
  const found = new RegExp(`^[ ]+(?=['"]?${key.replaceAll(/[^\w-]/g, '.')}['"]?[ ]*:)`, 'm').exec(text);
  return found === null ? undefined : placeOf(text, found.index + found[0].length);
}
