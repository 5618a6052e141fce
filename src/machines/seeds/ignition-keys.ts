import { nearestWord } from '../../model/nearest-word.ts';
import { gap, placeOf, type SeedProblem } from './seed-problem.ts';
import { isMapping } from './yaml-text.ts';

/** Keys of Ignition 3, by where they stand: config/v3_3/types/schema.go of https://github.com/coreos/ignition. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': ['ignition', 'kernelArguments', 'passwd', 'storage', 'systemd'],
  passwd: ['users', 'groups'],
  'passwd.users': [
    ...['gecos', 'groups', 'homeDir', 'name', 'noCreateHome', 'noLogInit', 'noUserGroup', 'passwordHash'],
    ...['primaryGroup', 'sshAuthorizedKeys', 'shell', 'shouldExist', 'system', 'uid'],
  ],
  storage: ['directories', 'disks', 'files', 'filesystems', 'links', 'luks', 'raid'],
  'storage.files': ['append', 'contents', 'group', 'mode', 'overwrite', 'path', 'user'],
  systemd: ['units'],
  'systemd.units': ['contents', 'dropins', 'enabled', 'mask', 'name'],
};

/** Keys that look mistyped, as those of Butane: Ignition leaves out what it does not know. */
export function checkIgnitionKeys(
  text: string,
  value: unknown,
  where: readonly string[] = [],
): readonly SeedProblem[] {
  if (Array.isArray(value)) return value.flatMap((one) => checkIgnitionKeys(text, one, where));
  const known = KEYS[where.join('.')];
  if (known === undefined || !isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, part]): readonly SeedProblem[] => {
    if (known.includes(key)) return checkIgnitionKeys(text, part, [...where, key]);
    const near = known.find((name) => name.toLowerCase() === key.replaceAll('_', '').toLowerCase());
    const meant = near ?? nearestWord(key, known);
    if (meant === undefined) return [];
    const inside = where.length === 0 ? 'Ignition' : where.join('.');
    return [gap(`${inside} has no ${key}; did you mean ${meant}?`, placeOf(text, text.indexOf(`"${key}"`)))];
  });
}
