import { readFile } from 'node:fs/promises';
import { findProgram, run } from '../platform/processes.ts';

/** Numbers that are nobody's on any system: systemd's UIDS-GIDS leaves them unused. */
const [FIRST, LAST] = [65_520, 65_533];

/**
 * Number of the user and group that servers of pxectl run as: one that no user of this machine is, or may become in a user
 * namespace, so that what is open to it is open to them alone. Unlike `nobody`, which many programs are.
 */
export async function servingId(): Promise<number> {
  const delegated = await Promise.all(['/etc/subuid', '/etc/subgid'].map(rangesOf));
  for (let id = FIRST; id < LAST; id += 1) {
    const isDelegated = delegated.flat().some(([first, count]) => id >= first && id < first + count);
    if (!isDelegated && !(await isNamed('passwd', id)) && !(await isNamed('group', id))) return id;
  }
  return LAST;
}

/** subuid(5): `name:first:count` */
async function rangesOf(file: string): Promise<(readonly [first: number, count: number])[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').map((line) => {
    const [, first, count] = line.split(':');
    return [Number(first), Number(count)];
  });
}

/** Directory services count too: getent asks them. */
async function isNamed(database: 'passwd' | 'group', id: number): Promise<boolean> {
  if ((await findProgram('getent')) === undefined) return false;
  const found = await run('getent', [database, String(id)], { timeoutMs: 10_000 });
  return found.exitCode === 0;
}
