import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, '..', '..', 'src');

/** The files of src/ with the files that each of them imports, types and late imports too. */
function readImports(): Map<string, readonly string[]> {
  const paths = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.tsx?$/.test(path),
  );
  return new Map(
    paths.map((path) => {
      const file = join(SOURCE, path);
      const imports = [...readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)];
      return [file, imports.map(([, target = '']) => resolve(dirname(file), target))];
    }),
  );
}

/** The first way from a file back to itself, if there is one. */
function findCircle(imports: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of imports.get(file) ?? []) {
      const circle = walk(next, [...way, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = walk(file, []);
    if (circle) return circle;
  }
  return undefined;
}

it('no file of src/ imports itself by way of others, not even for a type', () => {
  const imports = readImports();
  const start = [...imports.keys()].find((file) => file.endsWith('cli/main.ts')) ?? '';
  // the reader sees imports at all
  expect(imports.get(start)).toContain(join(SOURCE, 'cli/register-commands.ts'));
  expect(findCircle(imports)?.map((file) => relative(SOURCE, file))).toBeUndefined();
});
