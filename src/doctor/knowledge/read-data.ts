import { packagedFiles, readPackagedFile } from '../../platform/packaged-files.ts';

/** Shipped as it is, beside the program that the build makes. */
const FOLDER = 'src/doctor/knowledge/data';

/** A data file of knowledge/data, as data-schema.ts has it: the build and the tests check it, not each start. */
export function readData<T>(name: string): T {
  return JSON.parse(readPackagedFile(`${FOLDER}/${name}`).toString()) as T;
}

/** All data files of one folder, in the order of their ranks. */
export function readRanked<T extends { readonly rank: number }>(name: string): readonly T[] {
  return dataFiles(name)
    .map((file) => readData<T>(`${name}/${file}`))
    .sort((a, b) => a.rank - b.rank);
}

/** The names of the data files in a folder. */
export function dataFiles(name: string): readonly string[] {
  return packagedFiles(`${FOLDER}/${name}`).filter((file) => file.endsWith('.json'));
}
