import type { BootContext } from '../model/boot-context.ts';
import type { BootEvent, EventSink } from '../model/boot-event.ts';
import type { EngineName } from '../model/config.ts';
import type { SeenMachine } from '../machines/inventory/seen-machine.ts';
import type { MeantInstall } from '../machines/meant-installs.ts';
import type { MacAddress } from '../protocol/addresses.ts';
import type { BootTrace } from '../model/boot-trace.ts';
import type { Finding } from '../model/finding.ts';
import type { MachineKey } from '../model/machine-key.ts';
import type { LapsedOrder } from '../model/lapsed-order.ts';
import type { OpenTrouble } from '../model/network-trouble.ts';
import type { BootHistory } from '../watch/boot-history.ts';
import type { EventLog } from '../watch/event-log.ts';
import type { RunningEngine } from './engine.ts';
import type { ArmOrder } from './session-installs.ts';
import type { Project } from './project.ts';
import type { LookChoice } from './session-network.ts';

export interface SessionOptions {
  readonly project: Project;
  readonly isDetached: boolean;
  /** whether the network is looked at first; default: yes, and what does harm is refused */
  readonly look?: LookChoice;
  /** one line at a time: what is being done */
  readonly onProgress: (line: string) => void;
  readonly onWarning: (line: string) => void;
  /** what is wrong in a boot, as doctor sees it */
  readonly judge: (trace: BootTrace, nowMs: number) => readonly Finding[];
  /** every event, from `engine.starting` on */
  readonly onEvent: (event: BootEvent) => void;
  /** ends the wait for another `up` that starts in this folder */
  readonly signal?: AbortSignal;
  /** opens what others ask the session through: before they can know of it; closed when it stops */
  readonly openControl?: (session: Session) => Promise<{ close(): Promise<void> }>;
}

/** What came of reading the configuration again. */
export interface Reloaded {
  /** paths relative to the state folder */
  readonly changed: readonly string[];
  readonly lapsed: readonly LapsedOrder[];
}

/** A running pxectl: servers that answer, and the events they give. */
export interface Session {
  readonly engine: EngineName;
  readonly description: string;
  /** why this engine was chosen, one line */
  readonly why: string;
  /** ISO 8601 */
  readonly startedAt: string;
  readonly context: BootContext;
  /** what the context was read from */
  readonly project: Project;
  /** every machine that was seen, of the configuration or not */
  seenMachines(): ReadonlyMap<MacAddress, SeenMachine>;
  /** boots that go on, and those that were */
  readonly history: Pick<BootHistory, 'boots' | 'onEnd'>;
  readonly events: EventLog;
  /** tells what was done from outside */
  readonly emit: EventSink['emit'];
  /** what is wrong on the network now */
  readonly troubles: readonly OpenTrouble[];
  /** why nobody looked for other servers and for who uses our addresses */
  readonly notLooked: string | undefined;
  /** the files on their way, as far as they are seen */
  readonly transfers: RunningEngine['transfers'];
  readonly toldWhenOver: RunningEngine['toldWhenOver'];
  /** resolves with the reason when the engine has stopped by itself */
  readonly died: Promise<string>;
  /** reads the configuration again and applies it; running transfers go on */
  reload(): Promise<Reloaded>;
  /** lets the next boot of these machines install; resolves when it is served so */
  arm(
    machines: readonly MachineKey[],
    order: ArmOrder,
    notInForce?: ReadonlyMap<MachineKey, MeantInstall>,
  ): Promise<void>;
  /** takes that back; no seed goes out from the moment of the call, whatever is wrong with configuration or disk */
  disarm(machines: readonly MachineKey[]): Promise<void>;
  stop(): Promise<void>;
}
