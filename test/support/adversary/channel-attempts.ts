import { expect } from 'vitest';
import { run } from '../../../src/platform/processes.ts';

export const CHANNEL_SEED = '/seed/52-54-00-00-00-09/user-data';
/** nobody, who is many programs; a web server of this machine; a person; and a number beside those that servers get */
export const OTHER_USERS = [65_534, 33, 1000, 65_532];

export const asUser = (id: number, ...command: string[]) =>
  run('setpriv', [`--reuid=${id}`, `--regid=${id}`, '--clear-groups', ...command], { timeoutMs: 20_000 });

/**
 * Root gets an answer of pxectl through each name of its socket, so that the names are right, and no other user is let in: by
 * the name on this machine, and by what each process of nginx has as its root and its folder.
 */
export async function expectClosedChannel(
  socket: string,
  nginx: { readonly pids: readonly number[]; readonly socket: string },
): Promise<void> {
  expect(nginx.pids.length).toBeGreaterThan(1);
  const ask = (path: string) => ['curl', '-s', '--unix-socket', path, `http://x${CHANNEL_SEED}`];
  const ways = nginx.pids.flatMap((pid) => [
    `/proc/${pid}/root${nginx.socket}`,
    `/proc/${pid}/cwd/channel/http.sock`,
  ]);
  for (const path of [socket, ...ways]) {
    expect((await asUser(0, ...ask(path))).stdout, path).toBe('not found\n');
    const tried = await Promise.all(OTHER_USERS.map((id) => asUser(id, ...ask(path))));
    expect(
      tried.map(({ exitCode }) => exitCode),
      path,
    ).toEqual(OTHER_USERS.map(() => 7));
  }
}
