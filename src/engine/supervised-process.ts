import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventSink } from '../model/boot-event.ts';
import { engineError } from '../model/errors.ts';
import { openToAppend, writeFileAtomic } from '../platform/files.ts';
import type { FileFollower } from '../platform/follow-text.ts';
import { start, type LongRunning } from '../platform/long-running.ts';
import { endProcesses, identityOf, type ProcessIdentity } from '../platform/process-identity.ts';
import { followServerLog } from './follow-server-log.ts';
import { recordPath, stillRunning } from './leftover-processes.ts';

const LOOK_EVERY_MS = 50;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 30_000;
/** A program that ran for so long was well: the next failure is a new one. */
const HEALTHY_AFTER_MS = 60_000;
const MAX_FAILURES = 6;

export interface SupervisedOptions {
  /** name in events and files: `dnsmasq`, `nginx` */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** where it is started; default: where pxectl was */
  readonly cwd?: string;
  /** folder for `<name>.log` and `<name>.process.json` */
  readonly runFolder: string;
  readonly sink: EventSink;
  readonly onLine: (line: string) => void;
  /** whether this line says that the program now serves, or for one that says nothing: whether it does by now */
  readonly isReady: ((line: string) => boolean) | { readonly look: () => Promise<boolean> };
  readonly startTimeoutMs?: number;
}

/** A program that is kept running, and that outlives a pxectl which is killed. */
export interface SupervisedProcess {
  /** of the process that runs now */
  readonly identity: ProcessIdentity | undefined;
  /** resolves with the reason when it failed too often; never after `stop` */
  readonly died: Promise<string>;
  /** ends it and starts it again, with other arguments if given */
  restart(args?: readonly string[]): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/**
 * Starts a program detached, its output in a file that is followed, so that it goes on when pxectl is killed;
 * starts it again with growing pauses when it ends by itself.
 * @throws PxectlError E_ENGINE_START with the program's last words when it ends before it serves
 */
export async function superviseProcess(options: SupervisedOptions): Promise<SupervisedProcess> {
  const supervised = new Supervised(options);
  await supervised.begin();
  return supervised;
}

class Supervised implements SupervisedProcess {
  readonly died: Promise<string>;
  identity: ProcessIdentity | undefined;
  #declareDead: (reason: string) => void = () => undefined;
  #program: LongRunning | undefined;
  #follower: FileFollower | undefined;
  #args: readonly string[];
  #isStopping = false;
  #isRestarting = false;
  #failures = 0;
  #startedAtMs = 0;
  #retry: NodeJS.Timeout | undefined;
  #lastLines: string[] = [];
  #readyListener: (() => void) | undefined;

  constructor(private readonly options: SupervisedOptions) {
    this.#args = options.args;
    this.died = new Promise((resolve) => (this.#declareDead = resolve));
  }

  async begin(): Promise<void> {
    const { runFolder, name } = this.options;
    const logPath = `${runFolder}/${name}.log`;
    // a log is about one session
    await writeFileAtomic(logPath, '');
    this.#follower = followServerLog(name, logPath, this.options.sink, (line) => this.#takeLine(line));
    try {
      await this.#launch();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async restart(args: readonly string[] = this.#args): Promise<void> {
    this.#args = args;
    this.#isRestarting = true;
    try {
      await this.#endAll();
      await this.#program?.ended;
      await this.#launch();
    } finally {
      this.#isRestarting = false;
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#program?.kill(signal);
  }

  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    clearTimeout(this.#retry);
    await this.#endAll();
    await this.#follower?.stop();
    await rm(recordPath(this.options.runFolder, this.options.name), { force: true });
  }

  async #endAll(): Promise<void> {
    if (this.identity) await endProcesses(await stillRunning(this.identity, this.options.name));
  }

  async #launch(): Promise<void> {
    const { name, file, runFolder, cwd, startTimeoutMs = 5_000 } = this.options;
    // O_APPEND, so that the log may be emptied under the writer
    const log = await openToAppend(`${runFolder}/${name}.log`);
    let program: LongRunning;
    try {
      program = start(file, this.#args, {
        detached: true,
        outputFd: log.fd,
        ...(cwd === undefined ? {} : { cwd }),
      });
    } finally {
      await log.close();
    }
    this.#program = program;
    this.#startedAtMs = Date.now();
    this.identity = await identityOf(program.pid);
    if (this.identity) {
      await writeFileAtomic(recordPath(runFolder, name), `${JSON.stringify(this.identity)}\n`);
    }
    let isServing = false;
    const ready = new Promise<'ready'>((resolve) => {
      this.#readyListener = () => resolve('ready');
      if (typeof this.options.isReady === 'object')
        void this.#lookUntilReady(program, this.options.isReady.look);
    });
    const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), startTimeoutMs).unref());
    const ended = program.ended.then((end) => {
      if (isServing) this.#onEnd(program, end.signal ?? `exit code ${end.exitCode ?? 'unknown'}`);
      return 'ended' as const;
    });
    const outcome = await Promise.race([ready, late, ended]);
    if (outcome === 'ended') {
      // its last words may still be on their way through the file
      await new Promise((resolve) => setTimeout(resolve, 150));
      throw engineError('E_ENGINE_START', {
        what: `${name} ended before it served: ${this.#lastWords()}`,
        why: `its log is ${runFolder}/${name}.log`,
        next: 'pxectl doctor looks for the cause; pxectl up --engine builtin does without it',
        details: { lastLines: this.#lastLines },
      });
    }
    isServing = true;
  }

  async #lookUntilReady(program: LongRunning, look: () => Promise<boolean>): Promise<void> {
    let hasEnded = false;
    void program.ended.then(() => (hasEnded = true));
    for (;;) {
      const isReady = await look();
      if (hasEnded) return;
      if (isReady) return this.#readyListener?.();
      await sleep(LOOK_EVERY_MS);
    }
  }

  #takeLine(line: string): void {
    if (line.trim() !== '') this.#lastLines = [...this.#lastLines.slice(-9), line];
    if (typeof this.options.isReady === 'function' && this.options.isReady(line)) this.#readyListener?.();
    this.options.onLine(line);
  }

  #lastWords(): string {
    const words = this.#lastLines.findLast((line) => !line.endsWith('FAILED to start up'));
    return (words ?? 'it said nothing').replace(/^\w+(?:\[\d+\])?: /, '');
  }

  #onEnd(program: LongRunning, how: string): void {
    if (this.#isStopping || this.#isRestarting || program !== this.#program) return;
    const { name, sink } = this.options;
    if (Date.now() - this.#startedAtMs > HEALTHY_AFTER_MS) this.#failures = 0;
    this.#failures++;
    const why = `${name} ended by itself (${how})`;
    if (this.#failures >= MAX_FAILURES) return this.#declareDead(`${why}, ${MAX_FAILURES} times in a row`);
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (this.#failures - 1), MAX_DELAY_MS);
    sink.emit({
      type: 'engine.warning',
      detail: { reason: 'restarted', message: `${why}; it is started again in ${delayMs} ms` },
    });
    this.#retry = setTimeout(() => void this.#relaunch(program), delayMs);
  }

  async #relaunch(before: LongRunning): Promise<void> {
    if (this.#isStopping) return;
    try {
      // children of the one that ended may hold its port
      await this.#endAll();
      await this.#launch();
      if (this.#isStopping) await this.#endAll();
    } catch (error) {
      this.#program = before;
      this.#onEnd(before, error instanceof Error ? error.message : 'it could not be started');
    }
  }
}
