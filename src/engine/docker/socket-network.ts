import { readFile, realpath } from 'node:fs/promises';
import { basename } from 'node:path';

/**
 * Whether the program behind a unix socket listens in this process's network namespace. The kernel lists a unix
 * socket only in the namespace of its maker (/proc/net/unix), while its path can be opened from every namespace.
 * True when it cannot be told.
 */
export async function listensInOurNetwork(socketPath: string): Promise<boolean> {
  let sockets: string;
  try {
    sockets = await readFile('/proc/net/unix', 'utf8');
  } catch {
    return true;
  }
  const wanted = await resolved(socketPath);
  for (const path of socketPaths(sockets)) {
    if (basename(path) === basename(socketPath) && (await resolved(path)) === wanted) return true;
  }
  return false;
}

/** The paths in the text of /proc/net/unix; abstract and nameless sockets have none. */
export function socketPaths(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/).slice(7).join(' '))
    .filter((path) => path.startsWith('/'));
}

async function resolved(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
