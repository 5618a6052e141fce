import type Docker from 'dockerode';
import { dockerError } from './docker-errors.ts';
import { linesOf } from './docker-stream.ts';
import { PROJECT_LABEL, ROLE_LABEL } from './container-spec.ts';

/** Something that happened to one of our containers. */
export interface ContainerEvent {
  readonly role: string;
  /** `start`, `die`, `oom`, `destroy`, `health_status: unhealthy` … */
  readonly action: string;
  readonly exitCode?: number;
}

export interface EngineWatchOptions {
  readonly docker: Docker;
  readonly projectId: string;
  readonly onEvent: (event: ContainerEvent) => void;
  /** the connection was lost: events may have been missed */
  readonly onReconnect: () => void;
  readonly onLost: (message: string) => void;
}

const RETRY_MS = 1_000;
const GIVE_UP_MS = 60_000;

/** The Engine's events about our containers, through restarts of the Engine. */
export interface EngineWatch {
  /** resolves when the Engine has not answered for a minute */
  readonly lost: Promise<string>;
  stop(): void;
}

/**
 * @see EngineWatch
 * @throws PxectlError E_ENGINE_START when the Engine does not tell its events
 */
export async function watchEngine(options: EngineWatchOptions): Promise<EngineWatch> {
  let isStopped = false;
  let declareLost: (reason: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => (declareLost = resolve));
  let stream = await openEvents(options).catch((error: unknown) => {
    throw dockerError(error, 'the Docker Engine does not tell what happens to containers');
  });

  const watching = async (): Promise<void> => {
    while (!isStopped) {
      try {
        for await (const line of linesOf(stream)) {
          const event = readEvent(line);
          if (event) options.onEvent(event);
        }
      } catch {
        // the connection broke: the same as its end
      }
      if (isStopped) return;
      options.onLost('the connection to the Docker Engine was lost');
      const reopened = await reopen();
      if (!reopened) return;
      stream = reopened;
      options.onReconnect();
    }
  };
  const reopen = async (): Promise<NodeJS.ReadableStream | undefined> => {
    for (let waitedMs = 0; waitedMs < GIVE_UP_MS && !isStopped; waitedMs += RETRY_MS) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      const opened = await openEvents(options).catch(() => undefined);
      if (opened) return opened;
    }
    if (!isStopped) declareLost(`the Docker Engine has not answered for ${GIVE_UP_MS / 1000} s`);
    return undefined;
  };

  void watching();
  return {
    lost,
    stop() {
      isStopped = true;
      (stream as unknown as { destroy(): void }).destroy();
    },
  };
}

function openEvents(options: EngineWatchOptions): Promise<NodeJS.ReadableStream> {
  return options.docker.getEvents({
    filters: { type: ['container'], label: [`${PROJECT_LABEL}=${options.projectId}`] },
  });
}

function readEvent(line: string): ContainerEvent | undefined {
  try {
    const { Action, Actor } = JSON.parse(line) as {
      Action?: unknown;
      Actor?: { Attributes?: Record<string, string> };
    };
    const attributes = Actor?.Attributes ?? {};
    const role = attributes[ROLE_LABEL];
    if (typeof Action !== 'string' || role === undefined) return undefined;
    const exitCode = attributes['exitCode'];
    return { role, action: Action, ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }) };
  } catch {
    return undefined;
  }
}
