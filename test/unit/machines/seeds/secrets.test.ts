import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSecrets } from '../../../../src/machines/seeds/secrets.ts';

let folder: string;
beforeEach(async () => {
  // mkdtemp makes it for this user alone
  folder = await mkdtemp(join(tmpdir(), 'pxectl-secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('reads a secret from its file without the line end, and from the environment before that', async () => {
  await writeFile(join(folder, 'db-password'), 'in file\n');
  expect(openSecrets(folder, {})('db-password')).toBe('in file');
  expect(openSecrets(folder, { PXECTL_SECRET_DB_PASSWORD: 'given' })('db-password')).toBe('given');
});

it('says why there is none: missing, with the nearest name; no file; too long; no text; not a name; not private', async () => {
  const secretOf = openSecrets(folder, {});
  await writeFile(join(folder, 'root'), 'x');
  expect(() => secretOf('rot')).toThrow(
    `there is no secret rot; did you mean root? (${join(folder, 'rot')} and PXECTL_SECRET_ROT are not there)`,
  );
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  expect(() => secretOf('pipe')).toThrow('is no file');
  await writeFile(join(folder, 'long'), 'x'.repeat(64 * 1024 + 1));
  expect(() => secretOf('long')).toThrow('longer than 64 KiB');
  await writeFile(join(folder, 'bytes'), Buffer.from([0xff, 0xfe]));
  expect(() => secretOf('bytes')).toThrow('the secret bytes cannot be read');
  for (const name of ['../x', '', 'a/b', '.x', 'x'.repeat(65)]) {
    expect(() => secretOf(name)).toThrow('can be no secret’s name');
  }
  await chmod(folder, 0o750);
  expect(() => secretOf('root')).toThrow(`chmod 700 ${folder}`);
  expect(() => openSecrets(join(folder, 'none'), {})('root')).toThrow('there is no secret root (');
});
