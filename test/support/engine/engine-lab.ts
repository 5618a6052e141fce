import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BootEvent } from '../../../src/model/boot-event.ts';
import type { EngineName } from '../../../src/model/config.ts';
import type { StateLayout } from '../../../src/model/state-layout.ts';
import { createVirtualLan, type VirtualLan, type VirtualLanOptions } from '../../../src/lab/virtual-lan.ts';
import { endProcesses, identityOf } from '../../../src/platform/process-identity.ts';
import { findProgram, run, start, type LongRunning } from '../../../src/platform/processes.ts';
import { prepareState } from './prepare-state.ts';

/** Why an engine cannot be tested here; on CI that is a failure and not a skip. */
export async function whySkipped(engine: EngineName): Promise<string | undefined> {
  const needed = [
    'ip',
    'nsenter',
    ...(engine === 'builtin' ? [] : ['dnsmasq']),
    ...(engine === 'docker' ? ['dockerd'] : []),
  ];
  const missing: string[] = [];
  for (const name of needed) if ((await findProgram(name)) === undefined) missing.push(name);
  if (process.geteuid?.() !== 0) missing.push('root');
  if (missing.length === 0) return undefined;
  const why = `${engine}: needs ${missing.join(', ')}`;
  if (process.env['CI'] === 'true') throw new Error(why);
  return why;
}

export interface EngineLab {
  readonly lan: VirtualLan;
  readonly folder: string;
  readonly configPath: string;
  readonly layout: StateLayout;
  /** environment of programs that speak to the lab's own Docker Engine */
  readonly environment: Readonly<Record<string, string>>;
  startEngine(engine: EngineName, options?: { readonly checks?: boolean }): Promise<EngineUnderTest>;
  /** runs the docker client against the lab's Engine */
  docker(...args: readonly string[]): Promise<string>;
  destroy(): Promise<void>;
}

export interface EngineLabOptions {
  readonly yaml: string;
  readonly withDocker?: boolean;
  readonly lan?: VirtualLanOptions;
  readonly sizes?: { readonly kernelBytes?: number; readonly initrdBytes?: number };
}

/** A virtual LAN with a state folder for its boot server, and a Docker Engine of its own if wanted. */
export async function createEngineLab(options: EngineLabOptions): Promise<EngineLab> {
  const folder = await mkdtemp(join(tmpdir(), 'pxectl-engine-'));
  const lan = await createVirtualLan(options.lan ?? { router: false });
  const { configPath, layout } = await prepareState(folder, options.yaml, options.sizes);
  const dockerd = options.withDocker === true ? await startDockerd(lan, folder) : undefined;
  const environment: Record<string, string> = dockerd === undefined ? {} : { DOCKER_HOST: dockerd.url };
  const engines: EngineUnderTest[] = [];
  return {
    lan,
    folder,
    configPath,
    layout,
    environment,
    async startEngine(engine, { checks = true } = {}) {
      const program = await lan.startIn(
        'lan',
        process.execPath,
        [
          '--import',
          'tsx',
          'test/support/engine/engine-process.ts',
          JSON.stringify({ engine, configPath, checks }),
        ],
        { env: environment },
      );
      const under = new EngineUnderTest(program);
      engines.push(under);
      return under;
    },
    async docker(...args) {
      const result = await run('docker', args, { env: environment });
      if (result.exitCode !== 0) throw new Error(`docker ${args.join(' ')}: ${result.stderr}`);
      return result.stdout.trim();
    },
    async destroy() {
      for (const engine of engines) await engine.stop();
      await dockerd?.stop();
      await lan.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Message {
  readonly event?: BootEvent;
  readonly ready?: boolean;
  readonly reloaded?: boolean;
  readonly died?: string;
  readonly failed?: boolean;
  readonly [key: string]: unknown;
}

/** One engine in a process of its own inside the LAN. */
export class EngineUnderTest {
  readonly messages: Message[] = [];
  readonly other: string[] = [];
  readonly #listeners = new Set<() => void>();

  constructor(readonly program: LongRunning) {
    program.onLine((line) => {
      try {
        this.messages.push(JSON.parse(line) as Message);
      } catch {
        this.other.push(line);
      }
      for (const listener of this.#listeners) listener();
    });
    void program.ended.then(() => {
      this.messages.push({ ended: true });
      for (const listener of this.#listeners) listener();
    });
  }

  get events(): BootEvent[] {
    return this.messages.flatMap((message) => (message.event ? [message.event] : []));
  }

  /** The first message for which this is true, now or later. */
  async waitFor(what: string, matches: (message: Message) => boolean, timeoutMs = 20_000): Promise<Message> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.messages.find(matches);
        if (found) end(() => resolve(found));
        else if (this.messages.some((message) => message['ended'] === true))
          end(() => reject(this.#problem(`${what}: the engine has ended`)));
      };
      const timer = setTimeout(
        () => end(() => reject(this.#problem(`no ${what} within ${timeoutMs} ms`))),
        timeoutMs,
      );
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#listeners.delete(look);
        settle();
      };
      this.#listeners.add(look);
      look();
    });
  }

  async ready(): Promise<Message> {
    const message = await this.waitFor('readiness', (m) => m.ready === true || m.failed === true, 60_000);
    if (message.failed === true) throw this.#problem(String(message['message']));
    return message;
  }

  waitForEvent(what: string, matches: (event: BootEvent) => boolean, timeoutMs?: number): Promise<Message> {
    return this.waitFor(what, (message) => message.event !== undefined && matches(message.event), timeoutMs);
  }

  async reload(): Promise<void> {
    const before = this.messages.filter((message) => message.reloaded === true).length;
    this.program.kill('SIGHUP');
    await this.waitFor(
      'reload',
      (message) =>
        message.failed === true || this.messages.filter((m) => m.reloaded === true).length > before,
    );
  }

  async stop(): Promise<void> {
    this.program.kill('SIGTERM');
    await this.program.ended;
  }

  #problem(what: string): Error {
    const last = this.messages.slice(-6).map((message) => JSON.stringify(message));
    return new Error([what, ...last, ...this.other.slice(-10)].join('\n'));
  }
}

/** A Docker Engine whose host network is the LAN's boot server. */
async function startDockerd(
  lan: VirtualLan,
  folder: string,
): Promise<{ url: string; stop(): Promise<void> }> {
  const root = join(folder, 'docker');
  await mkdir(root, { recursive: true });
  const url = `unix://${root}/docker.sock`;
  // nsenter and not `ip netns exec`: that hides /sys/fs/cgroup, which dockerd needs
  const program = start('nsenter', [
    `--net=/run/netns/${lan.namespaceOf('lan')}`,
    ...['dockerd', '--iptables=false', '--ip6tables=false', '--bridge=none'],
    ...[
      `--data-root=${root}/data`,
      `--exec-root=${root}/exec`,
      `--pidfile=${root}/dockerd.pid`,
      `--host=${url}`,
    ],
  ]);
  const words: string[] = [];
  program.onLine((line) => words.push(line));
  const stop = async (): Promise<void> => {
    const identity = await identityOf(program.pid);
    if (identity) await endProcesses([identity], 15_000);
    // the Engine leaves its own network namespace mounted there
    await run('umount', ['--lazy', `${root}/exec/netns/default`]);
  };
  for (let attempt = 0; attempt < 150; attempt++) {
    const version = await run('docker', ['version', '--format', '{{.Server.Version}}'], {
      env: { DOCKER_HOST: url },
    });
    if (version.exitCode === 0) return { url, stop };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await stop();
  throw new Error(`dockerd does not answer:\n${words.slice(-5).join('\n')}`);
}
