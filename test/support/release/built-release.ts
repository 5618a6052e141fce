import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, root } from '../../../.ci/release/project.ts';
import { runOrThrow } from '../../../src/platform/processes.ts';

const INPUTS = ['.ci', 'bin', 'docs', 'src', 'templates', '*.json', '*.md', 'LICENSE'];

/** A release of the source as it is now, unsigned and not compressed: built once for all tests, kept until the source changes. */
export async function builtRelease(): Promise<string> {
  const kept = join(cacheFolder, 'built');
  const folder = join(kept, keyOfSource());
  const isBuilt = (): boolean => existsSync(join(folder, 'SHA256SUMS'));
  if (isBuilt()) return folder;
  await mkdir(kept, { recursive: true });
  // test files run side by side: one builds, the others wait for it
  const build = `[ -e "$1/SHA256SUMS" ] || npx tsx .ci/release/main.ts --quick --out "$1"`;
  await runOrThrow('flock', [`${kept}.lock`, 'sh', '-c', build, 'sh', folder], {
    cwd: root,
    env: { PXECTL_RELEASE_KEY: '' },
    timeoutMs: 600_000,
  });
  for (const old of await readdir(kept)) {
    if (join(kept, old) !== folder) await rm(join(kept, old), { recursive: true, force: true });
  }
  return folder;
}

/** Its single executable for this processor. */
export async function builtExecutable(): Promise<string> {
  return join(await builtRelease(), `pxectl-linux-${process.arch}`);
}

/** The content of everything that a release is made of, and the commit, which is written into it. */
function keyOfSource(): string {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const hash = createHash('sha256').update(git('rev-parse', 'HEAD'));
  const paths = git('ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...INPUTS);
  for (const path of paths.split('\0').filter((one) => existsSync(join(root, one)) && one !== '')) {
    hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex').slice(0, 16);
}
