import type Docker from 'dockerode';
import type { ContainerCreateOptions } from 'dockerode';
import type { EventSink } from '../../model/boot-event.ts';
import { engineError } from '../../model/errors.ts';
import { followContainerLog, type FollowedLog } from './container-log.ts';
import { dockerError, dockerWords, isNotFound, statusOf } from './docker-errors.ts';
import type { ContainerEvent } from './engine-events.ts';

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 30_000;
const HEALTHY_AFTER_MS = 60_000;
const MAX_FAILURES = 6;
const START_TIMEOUT_MS = 10_000;
const VERIFY_AFTER_MS = 1_500;
/** a follower that fell behind while the Engine rotated the log twice is silent for good, and does not end */
const LOG_SILENT_MS = 30_000;
/** the Engine's own restart policy is quicker than this when it applies */
const ENGINE_RESTART_MS = 400;

export interface KeptContainerOptions {
  readonly docker: Docker;
  readonly create: ContainerCreateOptions;
  /** `dnsmasq` or `nginx`, for the user */
  readonly name: string;
  readonly sink: EventSink;
  readonly onLine: (line: string, time: string) => void;
  /** whether this line says that the program now serves; without it running is enough */
  readonly isReady?: (line: string) => boolean;
  /** a log that is silent for so long is asked for anew */
  readonly logSilentMs?: number;
}

/**
 * A container that is kept running: ended, killed or removed by somebody else, it is started or made again, with
 * growing pauses, and an event says so.
 */
export class KeptContainer {
  readonly died: Promise<string>;
  #declareDead: (reason: string) => void = () => undefined;
  #container: Docker.Container | undefined;
  #log: FollowedLog | undefined;
  #lastLogNs: bigint | undefined;
  #logTimer: NodeJS.Timeout | undefined;
  #lastLines: string[] = [];
  #onReady: () => void = () => undefined;
  #isChanging = false;
  #isStopped = false;
  #isMending = false;
  #isDead = false;
  #failures = 0;
  #startedAtMs = 0;

  constructor(private readonly options: KeptContainerOptions) {
    this.died = new Promise((resolve) => (this.#declareDead = resolve));
  }

  /**
   * Makes and starts the container.
   * @throws PxectlError E_ENGINE_START with the program's last words
   */
  async start(): Promise<void> {
    this.#isChanging = true;
    try {
      await this.#launch();
      this.#isChanging = false;
    } catch (error) {
      await this.stop();
      throw dockerError(error, `the ${this.options.name} container cannot be started`);
    }
  }

  /** The program's process on this host, for a look at its open files. */
  async hostPid(): Promise<number | undefined> {
    const inspected = await this.#container?.inspect().catch(() => undefined);
    return inspected?.State.Running === true ? inspected.State.Pid : undefined;
  }

  /** Ends the program and starts it again, with the configuration that is mounted now. */
  async restart(): Promise<void> {
    this.#isChanging = true;
    try {
      const serving = this.#nextReady();
      await this.#container?.restart({ t: 5 });
      this.#startedAtMs = Date.now();
      await this.#attachLog();
      await serving;
    } finally {
      this.#isChanging = false;
    }
  }

  async signal(signal: 'SIGHUP'): Promise<void> {
    await this.#container?.kill({ signal });
  }

  /** Removes the container. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#logTimer);
    const container = this.#container;
    this.#container = undefined;
    await container?.stop({ t: 5 }).catch(() => undefined);
    await container?.remove({ force: true, v: true }).catch(() => undefined);
    // what the program said at its end is still on its way
    await Promise.race([this.#log?.ended, new Promise((resolve) => setTimeout(resolve, 500))]);
    this.#log?.stop();
  }

  /** What the Engine told of this container. */
  onEvent(event: ContainerEvent): void {
    if (this.#isStopped || this.#isChanging) return;
    const { name } = this.options;
    switch (event.action) {
      case 'oom':
        return this.#warn('out-of-memory', `the ${name} container used up its memory limit`);
      case 'health_status: unhealthy':
        return this.#warn('unhealthy', `the ${name} container runs but does not listen on its port`);
      case 'die':
        return void this.#mend(
          `the ${name} container ended by itself (exit code ${event.exitCode ?? 'unknown'})`,
        );
      case 'destroy':
        return void this.#mend(`the ${name} container was removed by somebody else`);
    }
  }

  /** Looks whether it still runs: after the connection to the Engine was lost. */
  async check(): Promise<void> {
    if (this.#isStopped || this.#isChanging) return;
    const state = await this.#state();
    if (state === 'running') await this.#attachLog();
    else void this.#mend(`the ${this.options.name} container did not outlive the Docker Engine's restart`);
  }

  async #launch(): Promise<void> {
    const { docker, create } = this.options;
    const serving = this.#nextReady();
    this.#container = await docker.createContainer(create);
    this.#lastLogNs = undefined;
    await this.#container.start();
    this.#startedAtMs = Date.now();
    await this.#attachLog();
    await serving;
  }

  /** Resolves when the program serves, rejects with its last words when it ends before. */
  #nextReady(waitsForLine = this.options.isReady !== undefined): Promise<void> {
    const { name } = this.options;
    const ready = new Promise<void>((resolve) => (this.#onReady = resolve));
    const looking = (async () => {
      let restartsBefore: number | undefined;
      for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS; waitedMs += 100) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        const found = await this.#container?.inspect();
        if (found === undefined || found.State.Status === 'created') continue;
        restartsBefore ??= found.RestartCount;
        const isWell = found.State.Running && !found.State.Restarting;
        if (!isWell || found.RestartCount > restartsBefore) throw await this.#endedEarly();
        if (!waitsForLine && waitedMs >= 300) return;
      }
      if (!waitsForLine) return;
      throw engineError('E_ENGINE_START', {
        what: `${name} runs in its container but did not begin to serve within ${START_TIMEOUT_MS / 1000} s`,
        why: this.#lastWords(),
      });
    })();
    const serving = Promise.race([ready, looking]);
    // whichever comes second must not become an unhandled rejection
    looking.catch(() => undefined);
    serving.catch(() => undefined);
    return serving;
  }

  async #endedEarly(): Promise<Error> {
    // its last words may still be on their way
    await new Promise((resolve) => setTimeout(resolve, 300));
    return engineError('E_ENGINE_START', {
      what: `${this.options.name} ended in its container before it served: ${this.#lastWords()}`,
      next: 'pxectl doctor looks for the cause; pxectl up --engine builtin does without it',
      details: { lastLines: this.#lastLines },
    });
  }

  async #state(): Promise<'running' | 'ended' | 'removed'> {
    try {
      const { State } = (await this.#container?.inspect()) ?? { State: undefined };
      if (State === undefined) return 'removed';
      return State.Running || State.Restarting ? 'running' : 'ended';
    } catch (error) {
      if (isNotFound(error)) return 'removed';
      throw error;
    }
  }

  async #attachLog(): Promise<void> {
    if (!this.#container) return;
    this.#log?.stop();
    this.#log = await followContainerLog(this.#container, {
      ...(this.#lastLogNs === undefined ? {} : { afterNs: this.#lastLogNs }),
      onLine: (line, time, stampNs) => {
        this.#lastLogNs = stampNs;
        this.#logTimer?.refresh();
        this.#takeLine(line, time);
      },
    });
    this.#log.ended.catch(() => undefined);
    clearTimeout(this.#logTimer);
    if (this.#isStopped) return;
    const { logSilentMs = LOG_SILENT_MS } = this.options;
    this.#logTimer = setTimeout(() => void this.#askSilentLog(), logSilentMs).unref();
  }

  /** Of a program that has nothing to say nothing comes; of one whose follower is stuck, what was missed. */
  async #askSilentLog(): Promise<void> {
    if (!this.#isChanging && !this.#isMending) await this.#attachLog().catch(() => undefined);
    this.#logTimer?.refresh();
  }

  #takeLine(line: string, time: string): void {
    if (line.trim() !== '') this.#lastLines = [...this.#lastLines.slice(-9), line];
    if (this.options.isReady?.(line) === true) this.#onReady();
    this.options.onLine(line, time);
  }

  #lastWords(): string {
    const words = this.#lastLines.findLast((line) => !line.endsWith('FAILED to start up'));
    return (words ?? 'it said nothing').replace(/^\w+(?:\[\d+\])?: /, '');
  }

  #warn(reason: string, message: string): void {
    this.options.sink.emit({ type: 'engine.warning', detail: { reason, message } });
  }

  async #mend(why: string): Promise<void> {
    if (this.#isMending) return;
    this.#isMending = true;
    try {
      await this.#bringBack(why);
    } finally {
      this.#isMending = false;
    }
    // events that came while it was mended were not listened to
    await new Promise((resolve) => setTimeout(resolve, VERIFY_AFTER_MS));
    if (this.#isStopped || this.#isChanging || this.#isDead) return;
    if ((await this.#state().catch(() => 'ended')) !== 'running') void this.#mend(why);
  }

  async #bringBack(why: string): Promise<void> {
    const { name } = this.options;
    if (Date.now() - this.#startedAtMs > HEALTHY_AFTER_MS) this.#failures = 0;
    this.#warn('container-lost', `${why}; it is brought back`);
    for (let reason = why; !this.#isStopped;) {
      this.#failures++;
      if (this.#failures > MAX_FAILURES) {
        this.#isDead = true;
        return this.#declareDead(`${reason}; it was started ${MAX_FAILURES} times in vain`);
      }
      const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (this.#failures - 1), MAX_DELAY_MS);
      await new Promise((resolve) => setTimeout(resolve, Math.max(delayMs, ENGINE_RESTART_MS)));
      if (this.#isStopped) return;
      try {
        await this.#startAgain();
        this.#warn('container-restored', `the ${name} container runs again`);
        return;
      } catch (error) {
        reason = dockerWords(error);
      }
    }
  }

  async #startAgain(): Promise<void> {
    const state = await this.#state();
    if (state === 'removed') return this.#launch();
    // its first words may have been heard already: that it goes on running is what counts here
    const serving = this.#nextReady(false);
    // 304: the Engine's restart policy was quicker
    await this.#container?.start().catch((error: unknown) => {
      if (statusOf(error) !== 304) throw error;
    });
    this.#startedAtMs = Date.now();
    await this.#attachLog();
    await serving;
  }
}
