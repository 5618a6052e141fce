import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BootEvent } from '../../../src/model/boot-event.ts';
import type { EngineName } from '../../../src/model/config.ts';
import type { StateLayout } from '../../../src/model/state-layout.ts';
import { createVirtualLan, type VirtualLan, type VirtualLanOptions } from '../../../src/lab/virtual-lan.ts';
import { startLabDocker } from '../../../src/lab/lab-docker.ts';
import { type LongRunning } from '../../../src/platform/long-running.ts';
import { findProgram, run } from '../../../src/platform/processes.ts';
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
  const dockerd = options.withDocker === true ? await startLabDocker(lan, folder) : undefined;
  const environment = dockerd?.environment ?? {};
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

  /** as a session does when it sees that the interface was made again */
  async rebind(): Promise<void> {
    this.program.kill('SIGUSR2');
    await this.waitFor('rebind', ({ rebound, failed }) => rebound === true || failed === true);
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
