import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start, type LongRunning } from '../../src/platform/long-running.ts';
import { run, runOrThrow } from '../../src/platform/processes.ts';

/** Addresses of the serving side: each server its own, so that all of them can have port 69 and run side by side. */
export const ADDRESS = {
  pxectl: '10.99.0.1',
  dnsmasq: '10.99.0.2',
  tftpdHpa: '10.99.0.3',
  nginx: '10.99.0.4',
  client: '10.99.0.100',
} as const;

/** For servers and clients alike: other work on the machine shall disturb the measurement less. */
const PRIORITY = ['nice', '-n', '-15'] as const;

/** Two network namespaces and one veth link between them. */
export class BenchLink {
  readonly folder: string;
  readonly serverInterface = 'srv0';
  readonly clientInterface = 'cli0';
  readonly #id = randomBytes(3).toString('hex');
  readonly #running: LongRunning[] = [];

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'pxectl-bench-'));
  }

  get #server(): string {
    return `pxb${this.#id}-server`;
  }

  get #client(): string {
    return `pxb${this.#id}-client`;
  }

  async open(): Promise<void> {
    for (const name of [this.#server, this.#client]) {
      await runOrThrow('ip', ['netns', 'add', name]);
      await runOrThrow('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    }
    const { serverInterface, clientInterface } = this;
    const peer = ['type', 'veth', 'peer', 'name', clientInterface, 'netns', this.#client];
    await runOrThrow('ip', ['-n', this.#server, 'link', 'add', serverInterface, ...peer]);
    for (const address of [ADDRESS.pxectl, ADDRESS.dnsmasq, ADDRESS.tftpdHpa, ADDRESS.nginx]) {
      await runOrThrow('ip', ['-n', this.#server, 'addr', 'add', `${address}/24`, 'dev', serverInterface]);
    }
    await runOrThrow('ip', [
      '-n',
      this.#client,
      'addr',
      'add',
      `${ADDRESS.client}/24`,
      'dev',
      clientInterface,
    ]);
    await runOrThrow('ip', ['-n', this.#server, 'link', 'set', serverInterface, 'up']);
    await runOrThrow('ip', ['-n', this.#client, 'link', 'set', clientInterface, 'up']);
    // without a default route a broadcast finds no way out
    await runOrThrow('ip', ['-n', this.#client, 'route', 'add', 'default', 'dev', clientInterface]);
  }

  /** Starts a server program; resolves with the line that says it is ready, or after a moment when it prints none. */
  async startServer(file: string, args: readonly string[], readyLine?: RegExp): Promise<string> {
    const program = start('ip', ['netns', 'exec', this.#server, ...PRIORITY, file, ...args]);
    this.#running.push(program);
    const lines: string[] = [];
    return await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(
        () =>
          readyLine === undefined
            ? resolve('')
            : reject(new Error(`${file} does not start: ${lines.join(' | ')}`)),
        readyLine === undefined ? 700 : 15_000,
      );
      program.onLine((line) => {
        lines.push(line);
        if (readyLine?.test(line) !== true) return;
        clearTimeout(timer);
        resolve(line);
      });
      void program.ended.then(({ exitCode }) => {
        clearTimeout(timer);
        reject(new Error(`${file} ended with ${exitCode}: ${lines.slice(-3).join(' | ')}`));
      });
    });
  }

  /** Runs a shell script on the client's side; returns what it printed. */
  async onClient(script: string, timeoutMs = 120_000): Promise<string> {
    const shell = ['netns', 'exec', this.#client, ...PRIORITY, 'sh', '-c', script];
    const result = await runOrThrow('ip', shell, { timeoutMs });
    return result.stdout.trim();
  }

  /** Seconds that a shell command takes on the client's side, without the start of the shell. */
  async timeOnClient(command: string, timeoutMs?: number): Promise<number> {
    const script = `a=$(date +%s%N); ${command}; b=$(date +%s%N); echo $((b-a))`;
    const lines = (await this.onClient(`set -e; ${script}`, timeoutMs)).split('\n');
    return Number(lines.at(-1)) / 1e9;
  }

  async close(): Promise<void> {
    for (const program of this.#running.splice(0)) {
      program.kill();
      await program.ended.catch(() => undefined);
    }
    for (const name of [this.#server, this.#client]) await run('ip', ['netns', 'del', name]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The process id in a line such as `ready 812`: tsx runs node as its child, so that of the program is another. */
export function pidIn(readyLine: string): number {
  return Number(/\d+/.exec(readyLine)?.[0] ?? NaN);
}

/** Largest memory that a process has had, MiB. */
export async function peakRssMiB(pid: number): Promise<number> {
  const { stdout } = await runOrThrow('cat', [`/proc/${pid}/status`]);
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(stdout)?.[1] ?? NaN) / 1024);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}
