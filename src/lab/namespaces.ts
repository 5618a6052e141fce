import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { environmentError } from '../model/errors.ts';
import { endProcesses, identityOf, type ProcessIdentity } from '../platform/process-identity.ts';
import { run, runOrThrow } from '../platform/processes.ts';

/** Six characters that no other lab on this machine has: part of every namespace's name. */
export function newLabId(): string {
  return randomBytes(3).toString('hex');
}

/** `pxl1a2b3c-lan`: namespaces of ours are recognised by this form. */
export function namespaceName(labId: string, role: string): string {
  return `pxl${labId}-${role}`;
}

/**
 * Makes a network namespace with loopback up and IPv6 off, so that captures hold IPv4 boots alone.
 * @throws PxectlError E_PRIVILEGE without root, E_TOOL_MISSING without iproute2
 */
export async function createNamespace(name: string): Promise<void> {
  const result = await run('ip', ['netns', 'add', name]);
  if (result.exitCode !== 0) {
    throw environmentError('E_PRIVILEGE', {
      what: `cannot make the network namespace ${name}`,
      why: result.stderr.trim() || 'ip netns add failed',
      next: 'run it as root: sudo pxectl lab run',
    });
  }
  await ipIn(name, ['link', 'set', 'lo', 'up']);
  await run('ip', ['netns', 'exec', name, 'sysctl', '-q', '-w', 'net.ipv6.conf.all.disable_ipv6=1']);
}

/** `ip -n NAME …`. @throws PxectlError E_TOOL_FAILED with what ip said */
export async function ipIn(name: string, args: readonly string[]): Promise<string> {
  return (await runOrThrow('ip', ['-n', name, ...args])).stdout;
}

/** The processes that live in a namespace. */
export async function processesIn(name: string): Promise<ProcessIdentity[]> {
  const result = await run('ip', ['netns', 'pids', name]);
  const pids = result.stdout.split('\n').filter((line) => /^\d+$/.test(line));
  const identities = await Promise.all(pids.map((pid) => identityOf(Number(pid))));
  return identities.filter((identity) => identity !== undefined);
}

/** Whether a namespace of this name is there. */
export async function namespaceExists(name: string): Promise<boolean> {
  try {
    await access(`/run/netns/${name}`);
    return true;
  } catch {
    return false;
  }
}

/**
 * Ends these processes and whatever else lives in these namespaces (children that servers started), then
 * removes the namespaces with every interface in them. Idempotent.
 */
export async function removeNamespaces(
  names: readonly string[],
  processes: readonly ProcessIdentity[],
): Promise<void> {
  const present: string[] = [];
  for (const name of names) if (await namespaceExists(name)) present.push(name);
  const inside = (await Promise.all(present.map(processesIn))).flat();
  await endProcesses([...processes, ...inside]);
  for (const name of present) {
    // once more: one of them may have started a child while it ended
    await endProcesses(await processesIn(name));
    await run('ip', ['netns', 'del', name]);
  }
}
