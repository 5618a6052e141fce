import { join } from 'node:path';
import { createNamespace, ipIn, removeNamespaces } from '../../../src/lab/namespaces.ts';
import { start, type LongRunning } from '../../../src/platform/long-running.ts';
import { run, type ProcessResult } from '../../../src/platform/processes.ts';

/** One end of a cable: the host, the interface's name there and its address with prefix, if it has one. */
export interface CableEnd {
  readonly host: string;
  readonly interfaceName: string;
  readonly address?: string;
}

/** Hosts and cables of one test file, in network namespaces that carry its process id. */
export class TestNetwork {
  readonly #prefix = `pxt${process.pid}`;
  readonly #hosts = new Set<string>();
  readonly #programs: LongRunning[] = [];

  /** A cable between two hosts, which are made when they are new. */
  async connect(one: CableEnd, other: CableEnd): Promise<void> {
    for (const { host } of [one, other]) await this.#ensureHost(host);
    const peer = ['peer', 'name', other.interfaceName, 'netns', this.namespaceOf(other.host)];
    await ipIn(this.namespaceOf(one.host), ['link', 'add', one.interfaceName, 'type', 'veth', ...peer]);
    for (const { host, interfaceName, address } of [one, other]) {
      const namespace = this.namespaceOf(host);
      if (address !== undefined) await ipIn(namespace, ['address', 'add', address, 'dev', interfaceName]);
      await ipIn(namespace, ['link', 'set', interfaceName, 'up']);
    }
  }

  namespaceOf(host: string): string {
    return `${this.#prefix}-${host}`;
  }

  run(host: string, file: string, args: readonly string[]): Promise<ProcessResult> {
    return run('ip', ['netns', 'exec', this.namespaceOf(host), file, ...args], { timeoutMs: 30_000 });
  }

  start(host: string, file: string, args: readonly string[]): LongRunning {
    const program = start('ip', ['netns', 'exec', this.namespaceOf(host), file, ...args]);
    this.#programs.push(program);
    return program;
  }

  /** Runs a TypeScript program of test/support/dhcp inside a host and reads the JSON of its last line. */
  async runJson<T>(host: string, program: string, argument: unknown): Promise<T> {
    const result = await this.run(host, process.execPath, programArguments(program, argument));
    const line = result.stdout.trim().split('\n').at(-1) ?? '';
    if (result.exitCode !== 0 || line === '') throw new Error(`${program}: ${result.stderr}`);
    return JSON.parse(line) as T;
  }

  /** Starts the DHCP server inside a host and waits until it listens or has failed. */
  async startDhcpServer(
    host: string,
    options: Readonly<Record<string, unknown>>,
    nodeArguments: readonly string[] = [],
  ): Promise<DhcpServerProcess> {
    const program = programArguments('dhcp-server-process.ts', options);
    const server = this.start(host, process.execPath, [...nodeArguments, ...program]);
    const events: ServerLine[] = [];
    const words: string[] = [];
    const started = new Promise<ServerLine>((resolve) => {
      server.onLine((line) => {
        if (!line.startsWith('{')) return void words.push(line);
        const value = JSON.parse(line) as ServerLine;
        if (value.ready === true || value.failed === true) resolve(value);
        else events.push(value);
      });
    });
    const ended = server.ended.then((): ServerLine => ({ failed: true, message: words.join('\n') }));
    const outcome = await Promise.race([started, ended]);
    return {
      outcome,
      events,
      stop: async () => {
        server.kill('SIGTERM');
        await server.ended;
        return events.find(({ eventCount }) => eventCount !== undefined) ?? {};
      },
    };
  }

  async destroy(): Promise<void> {
    for (const program of this.#programs) program.kill('SIGKILL');
    await Promise.all(this.#programs.map(({ ended }) => ended));
    await removeNamespaces(
      [...this.#hosts].map((host) => this.namespaceOf(host)),
      [],
    );
  }

  async #ensureHost(host: string): Promise<void> {
    if (this.#hosts.has(host)) return;
    this.#hosts.add(host);
    await createNamespace(this.namespaceOf(host));
  }
}

/** A line of dhcp-server-process.ts: an event, or what it says at its start and end. */
export interface ServerLine {
  readonly type?: string;
  readonly mac?: string;
  readonly ip?: string;
  readonly firmware?: string;
  readonly interfaceName?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly ready?: boolean;
  readonly pid?: number;
  readonly failed?: boolean;
  readonly code?: string;
  readonly message?: string;
  readonly next?: string;
  readonly eventCount?: number;
  readonly rssBytes?: number;
  /** processor time since it was ready, microseconds */
  readonly cpu?: { readonly user: number; readonly system: number };
}

export interface DhcpServerProcess {
  readonly outcome: ServerLine;
  /** grows while the server runs */
  readonly events: readonly ServerLine[];
  /** ends it and returns its last words: number of events and memory */
  stop(): Promise<ServerLine>;
}

/** Arguments for node to run a TypeScript program of this folder. */
export function programArguments(program: string, argument: unknown): string[] {
  return ['--import', 'tsx', join(import.meta.dirname, program), JSON.stringify(argument)];
}
