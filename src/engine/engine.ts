import type { BootContext } from '../model/boot-context.ts';
import type { EventSink } from '../model/boot-event.ts';
import type { EngineName } from '../model/config.ts';
import type { RunningTransfer, TransferProtocol } from '../model/running-transfer.ts';
import type { StateLayout } from '../model/state-layout.ts';
import type { CardOf } from '../net/neighbours.ts';
import type { HttpRoute } from '../server/http/http-route.ts';
import type { MacOf } from './address-book.ts';

/** What every engine is started with. The serve folders are filled before `start` is called. */
export interface EngineInput {
  readonly context: BootContext;
  readonly layout: StateLayout;
  readonly sink: EventSink;
  /** what the pxectl process itself serves over HTTP: seeds and reports */
  readonly routes: readonly HttpRoute[];
  /** whose address it is, for events */
  readonly macOf: MacOf;
  /** whose address it is, for who may have a seed: that is not decided by what somebody said over DHCP */
  readonly cardOf: CardOf;
}

/** One way to answer DHCP, TFTP and HTTP. */
export interface Engine {
  readonly name: EngineName;
  /** resolves with undefined when the engine can run here, else with one line that says why not */
  whyUnavailable(input: EngineInput): Promise<string | undefined>;
  /**
   * Starts answering. Resolves once the servers listen.
   * @throws PxectlError kinds environment (ports, privileges, tools) and engine; nothing is left running then
   */
  start(input: EngineInput): Promise<RunningEngine>;
}

export interface RunningEngine {
  readonly name: EngineName;
  /** one line for the user: program, version, ports */
  readonly description: string;
  /** resolves when the engine has stopped by itself, with the reason; never before `stop` otherwise */
  readonly died: Promise<string>;
  /** the engine's last log lines, oldest first: shown when it does not answer */
  lastLines?(count?: number): readonly string[];
  /** the files that pxectl itself is sending */
  transfers(): readonly RunningTransfer[];
  /** whose files another program sends, which tells of one when it is over: nobody knows how far it is */
  readonly toldWhenOver: readonly TransferProtocol[];
  /** takes over a changed configuration without dropping running transfers */
  reload(context: BootContext): Promise<void>;
  /** the interface has come back as another one: opens again what was bound to the one before */
  rebind(): Promise<void>;
  /** stops answering and removes what this engine made; idempotent */
  stop(): Promise<void>;
}
