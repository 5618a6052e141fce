import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOutput } from './json-schemas/check-output.ts';
import { run, runOrThrow, type ProcessResult } from '../../src/platform/processes.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'pxectl.js');

/** A network of its own with one interface eno1 = 192.168.1.50/24 and a router that does not answer. */
export interface PrivateNetwork {
  readonly namespace: string;
  destroy(): Promise<void>;
}

let networkCount = 0;

/** Makes a network namespace; needs root. */
export async function makePrivateNetwork(): Promise<PrivateNetwork> {
  networkCount += 1;
  const namespace = `pxt${process.pid}-${networkCount}`;
  await runOrThrow('ip', ['netns', 'add', namespace]);
  const ip = (...args: string[]) => runOrThrow('ip', ['-n', namespace, ...args]);
  await ip('link', 'set', 'lo', 'up');
  await ip('link', 'add', 'eno1', 'type', 'veth', 'peer', 'name', 'far');
  await ip('link', 'set', 'far', 'up');
  await ip('address', 'add', '192.168.1.50/24', 'dev', 'eno1');
  await ip('link', 'set', 'eno1', 'up');
  await ip('route', 'add', 'default', 'via', '192.168.1.1');
  return {
    namespace,
    async destroy() {
      await run('ip', ['netns', 'del', namespace]);
    },
  };
}

export interface PxectlOptions {
  readonly cwd: string;
  readonly network?: PrivateNetwork;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** what comes on stdin */
  readonly input?: string;
}

/** Runs the built pxectl as a user would, without a terminal; what it prints as JSON is what docs/schemas says. */
export async function pxectl(args: readonly string[], options: PxectlOptions): Promise<ProcessResult> {
  if (!existsSync(join(PROGRAM, '..', '..', 'dist', 'cli', 'main.js'))) {
    throw new Error('dist/ is not built: make build');
  }
  const command = [process.execPath, PROGRAM, ...args];
  const inNetwork = options.network
    ? ['ip', 'netns', 'exec', options.network.namespace, ...command]
    : command;
  const [file = '', ...rest] = inNetwork;
  const result = await run(file, rest, {
    cwd: options.cwd,
    timeoutMs: options.timeoutMs ?? 60_000,
    ...(options.input === undefined ? {} : { input: options.input }),
    env: { NO_COLOR: '1', PXECTL_CONFIG: '', COLUMNS: '100', ...options.env },
  });
  checkOutput(args, result.stdout);
  return result;
}

/** The words of a running pxectl, for tests that start it in the foreground. */
export function pxectlCommand(args: readonly string[], network: PrivateNetwork): [string, string[]] {
  return ['ip', ['netns', 'exec', network.namespace, process.execPath, PROGRAM, ...args]];
}

/** A folder of its own for one test. */
export async function makeFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'pxectl-cli-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
