import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, systemCodeOf } from '../../model/errors.ts';
import { nearestWord } from '../../model/nearest-word.ts';
import { printable } from '../../model/printable.ts';
import { SECRET_PREFIX } from '../../platform/child-environment.ts';
import { SeedTemplateError } from './seed-template-error.ts';
import type { SecretValue } from './template-helpers.ts';

/** Also a name of a file, and of a variable. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const MOST_BYTES = 64 * 1024;
const OTHERS_MAY = 0o077;

export type Environment = Readonly<Record<string, string | undefined>>;

/** `db-password` → `PXECTL_SECRET_DB_PASSWORD` */
export const secretVariable = (name: string): string =>
  `${SECRET_PREFIX}${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;

/** Reads secrets of the environment, else of files in this folder, each time anew. */
export function openSecrets(folder: string, environment: Environment = process.env): SecretValue {
  return (name) => {
    if (!NAME.test(name)) {
      throw new SeedTemplateError(`${printable(name, 64)} can be no secret’s name: letters, digits, . _ -`);
    }
    const given = environment[secretVariable(name)];
    if (given !== undefined) return given;
    try {
      return readSecret(folder, name);
    } catch (error) {
      if (error instanceof SeedTemplateError) throw error;
      if (systemCodeOf(error) !== 'ENOENT') {
        throw new SeedTemplateError(`the secret ${name} cannot be read: ${messageOf(error)}`);
      }
      const near = nearestWord(name, namesIn(folder));
      const meant = near === undefined ? '' : `; did you mean ${near}?`;
      const where = `${join(folder, name)} and ${secretVariable(name)} are not there`;
      throw new SeedTemplateError(`there is no secret ${name}${meant} (${where})`);
    }
  };
}

function readSecret(folder: string, name: string): string {
  if ((statSync(folder).mode & OTHERS_MAY) !== 0) {
    throw new SeedTemplateError(`other users may look into the folder of secrets: chmod 700 ${folder}`);
  }
  // a FIFO would be waited for
  const file = openSync(join(folder, name), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(file).isFile()) throw new SeedTemplateError(`${join(folder, name)} is no file`);
    const buffer = Buffer.alloc(MOST_BYTES + 1);
    let length = 0;
    for (let got = -1; got !== 0 && length < buffer.length; length += got) {
      got = readSync(file, buffer, length, buffer.length - length, null);
    }
    if (length > MOST_BYTES) throw new SeedTemplateError(`the secret ${name} is longer than 64 KiB`);
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length)).replace(/\r?\n$/, '');
  } finally {
    closeSync(file);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
