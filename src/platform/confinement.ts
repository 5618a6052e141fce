import { chmod, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../model/errors.ts';
import { makeFolder } from './files.ts';
import { findProgram, run } from './processes.ts';

/** What a program that answers strangers may be and see. */
export interface ConfinementOptions {
  /** of all that lies below it the program sees what is named here and nothing else; absolute */
  readonly root: string;
  /** paths below the root; in a read-only one no link is followed either, where mount(8) can say so (2.38) */
  readonly readOnly: readonly string[];
  readonly writable: readonly string[];
  /** where it starts: below the root, above one of them */
  readonly workingFolder: string;
  /** an empty folder below the root that the view is made on */
  readonly stage: string;
  /** number of the user and of the group that it runs as, without any other group */
  readonly id: number;
  /** as setpriv(1) writes them, `net_raw`: all that it keeps, whatever it starts */
  readonly capabilities: readonly string[];
  /** most memory of its own that each of its processes gets; default: whatever there is */
  readonly dataBytes?: number;
}

/** The words that start a program in a confinement; its pid is that of what is started. */
export type Confine = (file: string, args: readonly string[]) => [file: string, args: string[]];

export type Confinement = { readonly confine: Confine } | { readonly whyNot: string };

/** For who is not root: the program is whoever starts it. */
export const UNCONFINED: { readonly confine: Confine } = { confine: (file, args) => [file, [...args]] };

const TOOLS = ['unshare', 'mount', 'setpriv', 'prlimit'];
const TRY_TIMEOUT_MS = 10_000;
const OTHERS_MAY_ENTER = 0o001;

/**
 * A view in a mount namespace of its own: an empty file system takes the place of `hidden`, and the named folders are mounted
 * on it at their own names, so that whoever may not enter a folder on the way to them reaches them all the same.
 */
const SCRIPT = `set -e
stage=$1 hidden=$2 folder=$3
shift 3
mount -t tmpfs -o mode=755,size=64k,nosuid,nodev,noexec pxectl "$stage"
while [ "$1" != -- ]; do
  target=$stage\${2#"$hidden"}
  (umask 022; mkdir -p "$target")
  mount --rbind "$2" "$target"
  [ "$1" = rw ] || mount -o remount,bind,ro,nosuid,nodev,nosymfollow "$target" 2>/dev/null || mount -o remount,bind,ro,nosuid,nodev "$target"
  shift 2
done
shift
mount --rbind "$stage" "$hidden"
cd "$folder"
exec "$@"`;

/** Needs root that may mount. What can be done is tried once, with a look into every folder as that user. */
export async function prepareConfinement(options: ConfinementOptions): Promise<Confinement> {
  for (const tool of TOOLS) {
    if ((await findProgram(tool)) === undefined) return { whyNot: `${tool} (util-linux) is not installed` };
  }
  await makeFolder(options.stage);
  // a mount is entered with its own mode, and this is what is seen where it is missing
  await chmod(options.stage, 0o700);
  const words = await confiningWords(options);
  const confine: Confine = (file, args) => ['unshare', [...words, file, ...args]];
  const folders = [...options.readOnly, ...options.writable].map((path) => `${path}/.`);
  const [file, args] = confine('ls', ['-d', ...folders]);
  try {
    const tried = await run(file, args, { timeoutMs: TRY_TIMEOUT_MS });
    return tried.exitCode === 0 ? { confine } : { whyNot: lastLine(tried.stderr) };
  } catch (error) {
    return { whyNot: messageOf(error) };
  }
}

async function confiningWords(options: ConfinementOptions): Promise<string[]> {
  const root = await realpath(options.root);
  const real = (path: string): string => `${root}${path.slice(options.root.length)}`;
  const kept = options.capabilities.map((name) => `,+${name}`).join('');
  const [id, capabilities] = [String(options.id), `-all${kept}`];
  return [
    ...['--mount', '--propagation', 'private', '--', 'sh', '-c', SCRIPT, 'sh'],
    ...[real(options.stage), await closedAbove(root), real(options.workingFolder)],
    ...options.readOnly.flatMap((path) => ['ro', real(path)]),
    ...options.writable.flatMap((path) => ['rw', real(path)]),
    '--',
    ...(options.dataBytes === undefined ? [] : ['prlimit', `--data=${options.dataBytes}`]),
    ...['setpriv', '--reuid', id, '--regid', id, '--clear-groups', '--no-new-privs'],
    ...[`--bounding-set=${capabilities}`, `--inh-caps=${capabilities}`, `--ambient-caps=${capabilities}`],
    '--',
  ];
}

/** The highest folder on the way that others may not enter, or this one. */
async function closedAbove(folder: string): Promise<string> {
  let closed = folder;
  for (let path = folder; path !== '/'; path = dirname(path)) {
    if (((await stat(path)).mode & OTHERS_MAY_ENTER) === 0) closed = path;
  }
  return closed;
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
