import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LongRunning, start } from '../../src/platform/long-running.ts';
import { withLock } from '../../src/platform/file-lock.ts';
import { type ProcessResult, run, runOrThrow } from '../../src/platform/processes.ts';

const CACHE = join(import.meta.dirname, '..', '..', '.cache');
const ARCHIVE = 'http://deb.debian.org/debian';

export interface CleanSystemOptions {
  readonly suite: 'bookworm' | 'trixie';
  /** a network namespace by its name: all that the system has of a network */
  readonly network: string;
  /** systemd runs in it as process 1; without it there is none in it at all */
  readonly withSystemd: boolean;
}

/** A Debian as its installer leaves it, with no Node and no compiler: its files, processes and network are its own. */
export interface CleanSystem {
  /** its files, as they are seen from outside */
  readonly root: string;
  /** a script for `sh`, as root in it; a non-zero exit is a result */
  sh(script: string, timeoutMs?: number): Promise<ProcessResult>;
  destroy(): Promise<void>;
}

/** What the programs that make it are called, for named skips. */
export const CLEAN_SYSTEM_TOOLS = ['mmdebstrap', 'unshare', 'nsenter', 'tar'] as const;

/** Lays a system out (the first time it is made of Debian's packages) and starts it. */
export async function startCleanSystem(options: CleanSystemOptions): Promise<CleanSystem> {
  const archive = await archiveOf(options);
  const folder = await mkdtemp(join(tmpdir(), 'pxectl-clean-'));
  const root = join(folder, 'root');
  await mkdir(root);
  await runOrThrow('tar', ['--extract', '--numeric-owner', `--file=${archive}`, `--directory=${root}`]);
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  const program = start('nsenter', [
    ...[`--net=/run/netns/${options.network}`, 'sh', '-c', OUTSIDE, 'sh', name],
    ...['sh', '-c', INSIDE, 'sh', root, options.withSystemd ? '/lib/systemd/systemd' : '/bin/sleep'],
    ...(options.withSystemd ? [] : ['infinity']),
  ]);
  const system: CleanSystem = {
    root,
    sh: async (script, timeoutMs = 60_000) => {
      const pid = String(await firstProcess(program));
      const into = ['--target', pid, '--mount', '--net', '--pid', '--uts', '--ipc', '--root', '--wd'];
      const clean = ['env', '--ignore-environment', ...ENVIRONMENT.split(' ')];
      return run('nsenter', [...into, ...clean, 'sh', '-c', `${ONLY_INSIDE}\n${script}`], { timeoutMs });
    },
    destroy: async () => {
      program.kill('SIGKILL');
      await program.ended;
      await run('sh', ['-c', REMOVE_GROUPS, 'sh', name]);
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    // degraded is up too
    const isUp = options.withSystemd
      ? 'systemctl is-system-running --wait | grep -E "running|degraded"'
      : 'true';
    for (const deadline = Date.now() + 60_000; ;) {
      const state = await system.sh(isUp);
      if (state.exitCode === 0) return system;
      if (Date.now() > deadline) throw new Error(`the clean system does not start: ${state.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } catch (error) {
    await system.destroy();
    throw error;
  }
}

/** Nothing of this computer's: a variable may name files that are not there. */
const ENVIRONMENT =
  'PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive';

/** Before its first process has left this computer's files, nothing may be done by its means. */
const ONLY_INSIDE = '[ -e /run/is-clean-system ] || exit 97';

/** A control group of its own in the unified hierarchy, which is beside older ones where this kernel was started with those. */
const OUTSIDE = `set -e
name=$1; shift
groups=/sys/fs/cgroup
[ -e $groups/cgroup.controllers ] || groups=/sys/fs/cgroup/unified
mkdir $groups/$name
echo $$ > $groups/$name/cgroup.procs
exec unshare --mount --propagation private --pid --fork --kill-child --uts --ipc --cgroup "$@"`;
/** The last processes may still be ending. */
const REMOVE_GROUPS = `for try in 1 2 3 4 5 6 7 8 9 10; do
  find /sys/fs/cgroup /sys/fs/cgroup/unified -maxdepth 1 -name $1 -exec find {} -depth -type d -delete \\; 2>/dev/null
  [ -d /sys/fs/cgroup/$1 ] || [ -d /sys/fs/cgroup/unified/$1 ] || exit 0
  sleep 0.5
done`;

/** As container managers lay it out: of this computer nothing can be changed from there. */
const INSIDE = `set -e
root=$1; shift
mount --bind $root $root
mount -t proc proc $root/proc
mount --bind -o ro $root/proc/sys $root/proc/sys
mount -t sysfs -o ro sysfs $root/sys
mount -t cgroup2 cgroup2 $root/sys/fs/cgroup
for folder in run tmp dev; do mount -t tmpfs -o mode=755 tmpfs $root/$folder; done
chmod 1777 $root/tmp
for device in null zero full random urandom tty; do
  touch $root/dev/$device
  mount --bind /dev/$device $root/dev/$device
done
ln -s /proc/self/fd $root/dev/fd
mkdir $root/dev/shm
mount -t tmpfs tmpfs $root/dev/shm
ln -s pts/ptmx $root/dev/ptmx
cd $root
pivot_root . mnt
umount --lazy /mnt
touch /run/is-clean-system
exec env --ignore-environment ${ENVIRONMENT} container=test "$@"`;

/** The process 1 in it, by its number outside: the only child of unshare. */
async function firstProcess({ pid }: LongRunning): Promise<number> {
  for (const deadline = Date.now() + 30_000; ;) {
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    if (children.trim() !== '') return Number(children.trim().split(' ')[0]);
    if (Date.now() > deadline) throw new Error('the clean system has no process');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Made once for each kind, of Debian's archive. */
async function archiveOf({ suite, withSystemd }: CleanSystemOptions): Promise<string> {
  const name = `clean-${suite}${withSystemd ? '-systemd' : ''}`;
  const archive = join(CACHE, `${name}.tar`);
  await mkdir(CACHE, { recursive: true });
  await withLock(
    CACHE,
    name,
    async () => {
      if (existsSync(archive)) return;
      const half = `${archive}.part.tar`;
      await runOrThrow(
        'mmdebstrap',
        [
          ...['--mode=root', '--variant=minbase', '--quiet'],
          ...(withSystemd ? ['--include=systemd-sysv'] : []),
          '--customize-hook=rm -rf "$1"/usr/share/locale "$1"/usr/share/man "$1"/usr/share/doc',
          ...[suite, half, ARCHIVE],
        ],
        { timeoutMs: 400_000 },
      );
      await rename(half, archive);
    },
    { timeoutMs: 420_000 },
  );
  return archive;
}
