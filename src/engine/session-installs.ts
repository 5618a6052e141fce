import type { BootContext } from '../model/boot-context.ts';
import type { BootEvent, EventSink } from '../model/boot-event.ts';
import { messageOf } from '../model/errors.ts';
import type { ArmedOrder } from '../model/machine-state.ts';
import { stageOfPath } from '../model/served-path.ts';
import { withInstalls } from '../machines/apply-installs.ts';
import { orderFor } from '../machines/order-for.ts';
import type { MachineStates, SpendResult } from '../machines/machine-states.ts';
import type { MacAddress } from '../protocol/addresses.ts';

/** Who orders an install, and whether it is for every boot. */
export type ArmOrder = Pick<ArmedOrder, 'by' | 'isAlways'>;

export interface SessionInstallsInput {
  readonly states: MachineStates;
  readonly context: () => BootContext;
  /** puts a context with other machine states in force: served files, then the engine; must not throw */
  readonly putInForce: (context: BootContext) => Promise<void>;
  readonly sink: EventSink;
}

/**
 * What a running pxectl decides of installs, at the moment it is asked. The configuration file is not read again for it:
 * whatever is wrong with that, a report and a disarm count.
 */
export class SessionInstalls {
  /** machines whose next network boot closes what was spent */
  #installing = new Set<MacAddress>();

  constructor(private readonly input: SessionInstallsInput) {}

  /** A machine that the configuration in force does not have is armed for when it has. @throws PxectlError of the disk */
  async arm(macs: readonly MacAddress[], order: ArmOrder): Promise<void> {
    const at = new Date().toISOString();
    const { config } = this.input.context();
    await this.input.states.arm(new Map(macs.map((mac) => [mac, orderFor(config, mac, { at, ...order })])));
    await this.refresh();
  }

  /** In force at once; what the disk does not take is warned of, and tried again. */
  async disarm(macs: readonly MacAddress[]): Promise<void> {
    const { trouble } = await this.input.states.disarm(macs);
    if (trouble !== undefined) this.#warnUnwritten(trouble);
    await this.refresh();
  }

  /** Whether this boot may have its seed; spends the order. */
  async spend(mac: MacAddress): Promise<SpendResult> {
    const { machines } = this.input.context().config;
    const before = machines.find((machine) => machine.mac === mac)?.installState?.kind;
    const result = await this.input.states.spend(mac, new Date().toISOString());
    // not waited for: the installer has its answer, and the next boot is minutes away
    if (result.kind === 'given' && before === 'armed') void this.refresh();
    return result;
  }

  /** The machine says that it is installed. */
  async report(mac: MacAddress): Promise<void> {
    const { trouble } = await this.input.states.report(mac, new Date().toISOString());
    if (trouble !== undefined) this.#warnUnwritten(trouble);
    await this.refresh();
  }

  /** Looks whether an event is a network boot of a machine that was being installed. */
  take(event: BootEvent): void {
    const { mac } = event;
    if (mac === undefined || !this.#installing.has(mac) || !isNetworkBoot(event)) return;
    void this.#bootedAgain(mac, event.time);
  }

  /** Brings what is known of machines into the context in force, and into what is served. */
  async refresh(): Promise<void> {
    const known = await this.input.states.known();
    this.#installing = new Set(
      [...known.installs].filter(([, state]) => state.kind === 'installing').map(([mac]) => mac),
    );
    await this.input.putInForce(withInstalls(this.input.context(), known));
  }

  async #bootedAgain(mac: MacAddress, at: string): Promise<void> {
    const state = await this.input.states.bootedAgain(mac, at).catch((error: unknown) => {
      this.#warnUnwritten(messageOf(error));
      return undefined;
    });
    if (state === undefined) return;
    this.#installing.delete(mac);
    if (state.kind === 'unreported') {
      this.input.sink.emit({
        type: 'install.unreported',
        mac,
        detail: {
          message: `its install began at ${state.since} and never reported: it is not installed again`,
        },
      });
    }
    await this.refresh();
  }

  #warnUnwritten(trouble: string): void {
    this.input.sink.emit({
      type: 'engine.warning',
      detail: {
        message: `what became of a machine holds, and is not on the disk: ${trouble}; pxectl tries again every 5 s`,
      },
    });
  }
}

/** A PXE, HTTP Boot or iPXE client looks for a server, or a loader asks for its script; an installed system does neither. */
function isNetworkBoot({ type, detail, firmware }: BootEvent): boolean {
  if (type === 'dhcp.discover') return firmware !== undefined && firmware !== 'unknown';
  if (type !== 'tftp.start' && type !== 'tftp.done' && type !== 'http.get' && type !== 'http.done')
    return false;
  return stageOfPath(String(detail['path'] ?? '')) === 'boot-config';
}
