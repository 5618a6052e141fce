import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../platform/package-root.ts';

/** Shipped as it is, beside the program that the build makes. */
const folder = join(packageRoot, 'src/doctor/knowledge/data');

/** A data file of knowledge/data, as data-schema.ts has it: the build and the tests check it, not each start. */
export function readData<T>(name: string): T {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as T;
}

/** All data files of one folder, in the order of their ranks. */
export function readRanked<T extends { readonly rank: number }>(name: string): readonly T[] {
  return dataFiles(name)
    .map((file) => readData<T>(`${name}/${file}`))
    .sort((a, b) => a.rank - b.rank);
}

/** The names of the data files in a folder. */
export function dataFiles(name: string): readonly string[] {
  return readdirSync(join(folder, name)).filter((file) => file.endsWith('.json'));
}
