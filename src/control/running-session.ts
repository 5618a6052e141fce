import type { Session } from '../engine/session.ts';
import { httpBaseUrl } from '../model/boot-context.ts';
import { messageOf } from '../model/errors.ts';
import type { ControlHandlers, ControlStatus, ReloadOutcome } from './api.ts';

export interface RunningSessionOptions {
  readonly session: Session;
  readonly configPath: string;
  /** one line for the log: what came of a change, whoever asked for it */
  readonly onOutcome: (line: string, isRefusal: boolean) => void;
  /** begins to stop */
  readonly stop: () => void;
}

/** What can be asked of a session: over the control socket, by SIGHUP, or because the file has changed. */
export class RunningSession {
  #lastReload: ReloadOutcome | undefined;

  constructor(private readonly options: RunningSessionOptions) {}

  /** Reads the configuration again; the log says what came of it, and so does the result. @throws what refused it */
  async reload(): Promise<readonly string[]> {
    const at = new Date().toISOString();
    try {
      const changed = await this.options.session.reload();
      this.#lastReload = { at, changed: [...changed] };
      this.options.onOutcome(
        changed.length === 0 ? 'configuration read again: no change' : `applied: ${changed.join(', ')}`,
        false,
      );
      return changed;
    } catch (error) {
      this.#lastReload = { at, refused: messageOf(error) };
      this.options.onOutcome(`the changed configuration is not used: ${messageOf(error)}`, true);
      throw error;
    }
  }

  status(): ControlStatus {
    const { session, configPath } = this.options;
    const { engine, description, why, startedAt, context } = session;
    return {
      ...{ pid: process.pid, engine, description, why, configPath, startedAt },
      httpUrl: httpBaseUrl(context.config),
      ...(this.#lastReload === undefined ? {} : { lastReload: this.#lastReload }),
    };
  }

  /** What the control socket calls. */
  handlers(): ControlHandlers {
    return {
      status: async () => this.status(),
      reload: async () => ({ changed: [...(await this.reload())] }),
      stop: async () => {
        // the answer goes out before the socket closes
        setImmediate(this.options.stop);
        return { pid: process.pid };
      },
    };
  }
}
