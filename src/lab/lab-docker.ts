import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentError } from '../model/errors.ts';
import { endProcesses, identityOf } from '../platform/process-identity.ts';
import { start } from '../platform/long-running.ts';
import { run } from '../platform/processes.ts';
import type { VirtualLan } from './virtual-lan.ts';
import { installHint } from '../platform/install-hint.ts';

/** A Docker Engine of a lab's own. */
export interface LabDocker {
  /** what programs need to speak to it */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 15_000;

/**
 * Starts dockerd inside the LAN's boot server, so that its host network is that server's; everything it writes is
 * below `folder`. The machine's own Docker Engine, if there is one, is left alone.
 * @throws PxectlError E_TOOL_MISSING without dockerd, E_LAB with its last words when it does not answer
 */
export async function startLabDocker(lan: VirtualLan, folder: string): Promise<LabDocker> {
  const root = join(folder, 'docker');
  await mkdir(root, { recursive: true });
  const url = `unix://${root}/docker.sock`;
  // nsenter and not `ip netns exec`: that hides /sys/fs/cgroup, which dockerd needs
  const program = start('nsenter', [
    `--net=/run/netns/${lan.namespaceOf('lan')}`,
    ...['dockerd', '--iptables=false', '--ip6tables=false', '--bridge=none'],
    ...[`--data-root=${root}/data`, `--exec-root=${root}/exec`],
    ...[`--pidfile=${root}/dockerd.pid`, `--host=${url}`],
  ]);
  const words: string[] = [];
  program.onLine((line) => {
    words.push(line);
    if (words.length > 20) words.shift();
  });
  let hasEnded = false;
  void program.ended.then(() => (hasEnded = true));
  const environment = { DOCKER_HOST: url };
  const stop = async (): Promise<void> => {
    const identity = await identityOf(program.pid);
    if (identity) await endProcesses([identity], STOP_TIMEOUT_MS);
    // the Engine leaves its own network namespace mounted there, and the folder could not be removed
    await run('umount', ['--lazy', `${root}/exec/netns/default`]);
  };
  for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS && !hasEnded; waitedMs += 200) {
    const version = await run('docker', ['version', '--format', '{{.Server.Version}}'], { env: environment });
    if (version.exitCode === 0) return { environment, stop };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await stop();
  throw environmentError('E_LAB', {
    what: 'the lab could not start a Docker Engine of its own',
    why: words.slice(-3).join(' | '),
    next: `${installHint(['docker'])}, or pxectl lab run --engine dnsmasq`,
  });
}
