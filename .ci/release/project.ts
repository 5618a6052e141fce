import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The repository's folder. */
export const root: string = resolve(import.meta.dirname, '..', '..');

/** What builds keep for the next one, each file under a name that tells its content. */
export const cacheFolder: string = join(root, '.cache', 'release');

export const version: string = (
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
).version;

/** What is built from: the state of the repository. */
export interface Source {
  /** undefined outside a clone */
  readonly commit: string | undefined;
  /** there are changes that no commit has */
  readonly isChanged: boolean;
  /** seconds since 1970 that files and notes get for their time: $SOURCE_DATE_EPOCH, else the commit's */
  readonly epoch: number;
}

export function readSource(): Source {
  const commit = git('rev-parse', 'HEAD');
  const { SOURCE_DATE_EPOCH: given } = process.env;
  return {
    commit,
    isChanged: commit !== undefined && git('status', '--porcelain') !== '',
    epoch: Number(given ?? (commit === undefined ? '0' : git('log', '-1', '--format=%ct'))),
  };
}

function git(...args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      // a look at the state changes nothing, not even git's own notes
      env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
