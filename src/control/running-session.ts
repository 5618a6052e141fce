import { judgeSeeds, refuseBrokenSeeds } from '../engine/machine-seeds.ts';
import type { Reloaded, Session } from '../engine/session.ts';
import type { ArmOrder } from '../engine/session-installs.ts';
import { installsNotInForce, type MeantInstall } from '../machines/meant-installs.ts';
import { httpBaseUrl } from '../model/boot-context.ts';
import { findMachines } from '../model/find-machines.ts';
import { machineKey, machinesByKey, parseMachineKey } from '../model/machine-key.ts';
import { messageOf } from '../model/errors.ts';
import type { ControlHandlers, ReplyOf } from './api.ts';
import type { ControlStatus, ReloadOutcome } from './schemas/session.ts';
import { sessionChanges } from './session-changes.ts';
import { sessionReads, type ExplainTrouble } from './session-reads.ts';

export interface RunningSessionOptions {
  readonly session: Session;
  readonly configPath: string;
  /** one line for the log: what came of a change, whoever asked for it */
  readonly onOutcome: (line: string, isRefusal: boolean) => void;
  /** begins to stop */
  readonly stop: () => void;
  readonly explain: ExplainTrouble;
  /** ends what is waited for when it stops: controllers of machines */
  readonly signal: AbortSignal;
  /** a changed configuration is in force */
  readonly onApplied: () => Promise<void>;
  readonly dashboardUrl: () => string | undefined;
}

/** What can be asked of a session: over the control socket, by SIGHUP, or because the file has changed. */
export class RunningSession {
  #lastReload: ReloadOutcome | undefined;

  constructor(private readonly options: RunningSessionOptions) {}

  /** Reads the configuration again; the log says what came of it, and so does the result. @throws what refused it */
  async reload(): Promise<Reloaded> {
    const at = new Date().toISOString();
    try {
      const reloaded = await this.options.session.reload();
      await this.options.onApplied();
      const { changed } = reloaded;
      this.#lastReload = { at, changed: [...changed] };
      this.options.onOutcome(
        changed.length === 0 ? 'configuration read again: no change' : `applied: ${changed.join(', ')}`,
        false,
      );
      return reloaded;
    } catch (error) {
      this.#lastReload = { at, refused: messageOf(error) };
      this.options.onOutcome(`the changed configuration is not used: ${messageOf(error)}`, true);
      throw error;
    }
  }

  status(): ControlStatus {
    const { session, configPath } = this.options;
    const { engine, description, why, startedAt, context } = session;
    const dashboardUrl = this.options.dashboardUrl();
    return {
      ...{ pid: process.pid, engine, description, why, configPath, startedAt },
      httpUrl: httpBaseUrl(context.config),
      ...(dashboardUrl === undefined ? {} : { dashboardUrl }),
      ...(this.#lastReload === undefined ? {} : { lastReload: this.#lastReload }),
      troubles: [...session.troubles],
      ...(session.notLooked === undefined ? {} : { notLooked: session.notLooked }),
    };
  }

  async #setArmed(
    machines: readonly string[],
    order?: ArmOrder & { readonly means: readonly MeantInstall[] },
  ): Promise<ReplyOf<'arm'>> {
    const { session, onOutcome } = this.options;
    // a key is taken as it is: its machine may be in the file only, and not in force yet
    const named = machines.filter((word) => parseMachineKey(word) === undefined);
    const found = findMachines(session.context.config, named).map(machineKey);
    const given = machines.map(parseMachineKey).filter((key) => key !== undefined);
    const keys = [...new Set([...found, ...given])];
    const isArmed = order !== undefined;
    if (isArmed) {
      const { project } = session;
      const { config } = session.context;
      const inForce = machinesByKey(config.machines);
      const meant = keys.flatMap((key) => inForce.get(key) ?? []);
      refuseBrokenSeeds(await judgeSeeds({ ...project, config }, meant));
    }
    // in one step: a reload that comes between would put something else in force
    await (isArmed
      ? session.arm(keys, order, installsNotInForce(keys, order.means, session.context.config.machines))
      : session.disarm(keys));
    onOutcome(isArmed ? `armed by ${order.by}: ${keys.join(', ')}` : `disarmed: ${keys.join(', ')}`, false);
    const served = machinesByKey(session.context.config.machines);
    return {
      machines: keys.map((key) => {
        const machine = served.get(key);
        const isServed = machine?.install !== undefined;
        return { name: machine?.name ?? key, key, isServed, isArmed: isServed ? machine.isArmed : isArmed };
      }),
    };
  }

  /** What the control socket calls. */
  handlers(): ControlHandlers {
    const { session, explain, signal } = this.options;
    return {
      ...sessionReads(session, explain),
      ...sessionChanges({ session, reload: () => this.reload(), signal }),
      status: async () => this.status(),
      reload: async () => {
        const { changed, lapsed } = await this.reload();
        return { changed: [...changed], lapsed: [...lapsed] };
      },
      arm: ({ machines, ...order }) => this.#setArmed(machines, order),
      disarm: ({ machines }) => this.#setArmed(machines),
      stop: async () => {
        // the answer goes out before the socket closes
        setImmediate(this.options.stop);
        return { pid: process.pid };
      },
    };
  }
}
