import { access, readFile, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** dnsmasq and nginx of a pxectl name their configuration below its run folder; nginx does so in its title. */
const RUN_FILE = /(?:--conf-file=| -c |^)(\/.*)\/\.pxectl\/run\/(?:config\/)?(?:dnsmasq|nginx)\.conf/;
/** Where containers of a pxectl see theirs. */
const CONTAINER_FOLDER = '/pxectl/config';

/**
 * The folder of the pxectl that a process belongs to: the server itself, its dnsmasq or nginx, or one in a container.
 * Undefined for any other program, and where this user may not look.
 */
export async function pxectlFolderOf(pid: number): Promise<string | undefined> {
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  for (const word of words) {
    const folder = RUN_FILE.exec(word)?.[1];
    if (folder !== undefined) return folder;
  }
  if (words.some((word) => word.includes(`${CONTAINER_FOLDER}/`))) return folderOfContainer(pid);
  return words.slice(0, 3).some((word) => /(?:^|\/)pxectl(?:\.js)?$/.test(word))
    ? folderOfServer(pid, words)
    : undefined;
}

/** proc(5), mountinfo: the fourth field is what is mounted, the fifth where. */
async function folderOfContainer(pid: number): Promise<string | undefined> {
  const mounts = await readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '');
  const [, , , source = ''] =
    mounts
      .split('\n')
      .map((line) => line.split(' '))
      .find((fields) => fields[4] === CONTAINER_FOLDER) ?? [];
  const folder = /^(.*)\/\.pxectl\/run\/config$/.exec(source)?.[1];
  // on a file system of its own the path begins there, and leads nowhere from here
  return folder !== undefined && (await isThere(join(folder, 'pxectl.yaml'))) ? folder : undefined;
}

async function folderOfServer(pid: number, words: readonly string[]): Promise<string | undefined> {
  const here = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (here === undefined) return undefined;
  const environment = (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).split('\0');
  const named =
    words[words.indexOf('--config') + 1 || words.length] ??
    words.find((word) => word.startsWith('--config='))?.slice('--config='.length) ??
    environment.find((entry) => /^PXECTL_CONFIG=./.test(entry))?.slice('PXECTL_CONFIG='.length);
  if (named !== undefined) return dirname(resolve(here, named));
  for (let folder = here; ; folder = dirname(folder)) {
    if (await isThere(join(folder, 'pxectl.yaml'))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
