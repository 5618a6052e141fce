import { readdir, readlink } from 'node:fs/promises';

/**
 * How many files below this folder a process has open: each TFTP transfer of dnsmasq keeps its file open until it
 * ends. 0 when the process may not be looked into.
 */
export async function countOpenFiles(pid: number, folder: string): Promise<number> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = await Promise.all(
    descriptors.map((descriptor) => readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')),
  );
  return targets.filter((target) => target.startsWith(`${folder}/`)).length;
}

/** Waits until the process has no file of the folder open. Resolves with what is left when the time is over. */
export async function waitForTransfers(
  pidOf: () => number | undefined,
  folder: string,
  maxWaitMs: number,
): Promise<number> {
  for (let waitedMs = 0; ; waitedMs += 100) {
    const pid = pidOf();
    const open = pid === undefined ? 0 : await countOpenFiles(pid, folder);
    if (open === 0 || waitedMs >= maxWaitMs) return open;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
