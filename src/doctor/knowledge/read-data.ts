import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('./data/', import.meta.url);

/** A data file of knowledge/data, as data-schema.ts has it: the build and the tests check it, not each start. */
export function readData<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T;
}

/** All data files of one folder, in the order of their ranks. */
export function readRanked<T extends { readonly rank: number }>(name: string): readonly T[] {
  return dataFiles(name)
    .map((file) => readData<T>(`${name}/${file}`))
    .sort((a, b) => a.rank - b.rank);
}

/** The names of the data files in a folder. */
export function dataFiles(name: string): readonly string[] {
  return readdirSync(new URL(`${name}/`, folder)).filter((file) => file.endsWith('.json'));
}
