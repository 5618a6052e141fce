import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fetchForUser } from '../../../src/cli/fetch-for-user.ts';
import type { Output } from '../../../src/cli/output.ts';
import type { FetchOptions } from '../../../src/images/fetch-types.ts';
import type { Verification } from '../../../src/model/image.ts';
import { stateLayout, type StateLayout } from '../../../src/model/state-layout.ts';

const ID = 'ubuntu-20.04.3';
let folder: string;
let layout: StateLayout;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pxectl-for-user-'));
  layout = stateLayout(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a user reads who fetches an image that is here, verified like this. */
async function readWhenPresent(verification: Verification, options: FetchOptions): Promise<string> {
  mkdirSync(join(layout.images, ID), { recursive: true });
  const manifest = {
    schema: 'pxectl.image/1',
    id: ID,
    files: [{ role: 'kernel', path: 'vmlinuz' }],
    verification,
  };
  writeFileSync(join(layout.images, ID, 'manifest.json'), JSON.stringify(manifest));
  const lines: string[] = [];
  const output = {
    isTerminal: false,
    progress: (line: string) => lines.push(line),
    warn: (line: string) => lines.push(`warning: ${line}`),
  } as unknown as Output;
  const where = { layout, output, signal: new AbortController().signal };
  // the loaders come after it, from wherever this machine has them
  await fetchForUser([ID], { ...options, isOffline: true }, { ...where, store: 'off' }).catch(
    () => undefined,
  );
  return lines.find((line) => line.includes('already here')) ?? '';
}

it.each([
  ['a verified one', 'signature', {}, /^ubuntu-20\.04\.3: already here, nothing to do$/],
  [
    'one that was not verified',
    'skipped',
    {},
    /^warning: .*NOT VERIFIED.*pxectl fetch --force ubuntu-20\.04\.3$/,
  ],
  ['the same, wanted so', 'skipped', { isVerificationSkipped: true }, /nothing to do$/],
  ['one without the kernel asked for', 'signature', { kernel: 'hwe' }, /^warning: .*--force --kernel hwe/],
] as const)('an image that is here already: %s', async (_name, verification, options, expected) => {
  expect(await readWhenPresent(verification, options)).toMatch(expected);
});
