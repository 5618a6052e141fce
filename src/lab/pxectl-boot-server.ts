import { engineError } from '../model/errors.ts';
import type { EngineChoice } from '../model/config.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { secretsForChild } from '../platform/child-environment.ts';
import { ownCommand } from '../platform/packaged-files.ts';
import { readEvents } from '../watch/read-events.ts';
import type { VirtualLan } from './virtual-lan.ts';

/** What answers PXE clients in a lab. */
export interface LabBootServer {
  /** one line for the user */
  readonly description: string;
  /** events.jsonl of a pxectl; absent for a server that is none */
  readonly eventsFile?: string;
  /** resolves with the reason when it ends by itself */
  readonly died: Promise<string>;
  stop(): Promise<void>;
}

export interface PxectlBootServerOptions {
  readonly configPath: string;
  readonly layout: StateLayout;
  readonly engine: EngineChoice;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** the pxectl to run; default: this one */
  readonly command?: readonly string[];
  /** each line that pxectl prints */
  readonly onLine?: (line: string) => void;
}

/**
 * Starts `pxectl up` in the lab's LAN as a user would, and waits for its `engine.ready` event.
 * @throws PxectlError E_ENGINE_START with pxectl's own last words
 */
export async function startPxectlBootServer(
  lan: VirtualLan,
  options: PxectlBootServerOptions,
): Promise<LabBootServer> {
  const [program = '', ...first] = options.command ?? ownCommand();
  const up = ['up', '--config', options.configPath, '--engine', options.engine];
  const pxectl = await lan.startIn('lan', program, [...first, ...up], {
    env: { ...secretsForChild(), ...options.env, NO_COLOR: '1' },
  });
  const words: string[] = [];
  pxectl.onLine((line) => {
    words.push(line);
    if (words.length > 50) words.shift();
    options.onLine?.(line);
  });
  let ended: string | undefined;
  const died = pxectl.ended.then(({ exitCode, signal }) => {
    ended = `pxectl up ended with ${signal ?? `exit code ${exitCode}`}`;
    return [ended, ...words.slice(-4)].join('\n');
  });
  const deadline = Date.now() + (options.timeoutMs ?? 120_000);
  for (;;) {
    const ready = (await readEvents(options.layout.events)).find((event) => event.type === 'engine.ready');
    if (ready !== undefined) {
      return {
        description: String(ready.detail['message'] ?? ready.detail['engine'] ?? options.engine),
        eventsFile: options.layout.events,
        died,
        stop: async () => {
          pxectl.kill('SIGTERM');
          await pxectl.ended;
        },
      };
    }
    if (ended !== undefined || Date.now() > deadline || options.signal?.aborted === true) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  options.signal?.throwIfAborted();
  throw engineError('E_ENGINE_START', {
    what: ended === undefined ? 'pxectl up did not get ready in the lab' : `in the lab, ${ended}`,
    why: words.slice(-4).join('\n        '),
  });
}
