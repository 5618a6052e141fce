import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Licences that ask for their text to be kept, and for nothing else. */
const PERMISSIVE = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'Unlicense'];
/** Others, each with the reason why it may be there. */
const OTHERS: Readonly<Record<string, string>> = {
  openpgp:
    'LGPL-3.0+: optional, unchanged and a package of its own; gpgv does its work where it is installed',
};
const ROOT = join(import.meta.dirname, '..', '..');

interface LockedPackage {
  readonly dev?: boolean;
  readonly license?: string;
}
const read = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const { packages } = read('package-lock.json') as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};
const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);

/** Old packages name theirs in a list that npm does not copy into the lock file. */
function licenceOf(path: string, locked: LockedPackage): string | undefined {
  if (locked.license !== undefined || !existsSync(join(ROOT, path))) return locked.license;
  const { licenses } = read(join(path, 'package.json')) as {
    readonly licenses?: readonly { readonly type: string }[];
  };
  return licenses?.[0]?.type;
}

it('every package that users install has a licence that this project may use', () => {
  expect(shipped.length).toBeGreaterThan(50);
  const refused = shipped.flatMap(([path, locked]) => {
    const name = path.replace(/^.*node_modules\//, '');
    const licence = licenceOf(path, locked);
    return PERMISSIVE.includes(licence ?? '') || name in OTHERS ? [] : [`${name}: ${licence ?? 'none'}`];
  });
  expect(refused).toEqual([]);
  expect(Object.keys(OTHERS).filter((name) => !(`node_modules/${name}` in packages))).toEqual([]);
});

it('no package runs a script as it is installed', () => {
  expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
});
