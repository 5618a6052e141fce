import type { BootContext } from '../model/boot-context.ts';
import type { BootEvent, EventSink } from '../model/boot-event.ts';
import { messageOf } from '../model/errors.ts';
import { machineKey, machinesByKey, type MachineKey } from '../model/machine-key.ts';
import type { ArmedOrder } from '../model/machine-state.ts';
import { lapsedText, type LapsedOrder } from '../model/lapsed-order.ts';
import { showsBootRead } from '../model/read-proof.ts';
import { isAskedByAnother, stageOfPath } from '../model/served-path.ts';
import type { Machine } from '../model/config.ts';
import { withInstalls } from '../machines/apply-installs.ts';
import type { MeantInstall } from '../machines/meant-installs.ts';
import { ordersFor } from '../machines/orders-for.ts';
import { LifeTeller } from './life-teller.ts';
import { SilentInstalls } from './silent-installs.ts';
import type { MachineStates, Recorded, SpendResult } from '../machines/machine-states.ts';
import { Turns } from '../platform/turns.ts';
import { parseMac, type Ipv4Address, type MacAddress } from '../protocol/addresses.ts';

/** An install takes minutes, and is waited for for hours. */
const LOOK_INTERVAL_MS = 60_000;

/** Who orders an install, and whether it is for every boot. */
export type ArmOrder = Pick<ArmedOrder, 'by' | 'isAlways'>;

export interface SessionInstallsInput {
  readonly states: MachineStates;
  readonly context: () => BootContext;
  /** the machine of a card */
  readonly ownerOf: (mac: MacAddress) => Machine | undefined;
  /** the card that the kernel has met at an address of this network, whatever DHCP said */
  readonly cardAt: (ip: Ipv4Address) => MacAddress | undefined;
  /** decides from this context from now on, whatever becomes of files and engine */
  readonly decide: (context: BootContext) => void;
  /** writes what is served to these machines, whatever else is under way; must not throw */
  readonly serve: (machines: readonly MachineKey[]) => Promise<void>;
  /** brings the engine up to date when it has done what it is at; must not throw */
  readonly reloadEngine: () => Promise<void>;
  readonly sink: EventSink;
}

/**
 * What a running pxectl decides of installs, at the moment it is asked. The configuration file is not read again for it:
 * whatever is wrong with that, a report and a disarm count.
 */
export class SessionInstalls {
  /** machines whose next network boot closes what was spent */
  #awaited: ReadonlySet<MachineKey> = new Set();
  /** whose boot is being written down: one boot is many events */
  readonly #booting = new Set<MachineKey>();
  readonly #life: LifeTeller;
  readonly #silent = new SilentInstalls();
  #timer: NodeJS.Timeout | undefined;
  /** what was read later is decided from later */
  readonly #readings = new Turns();
  /** what was decided later is written later */
  readonly #writings = new Turns();

  constructor(private readonly input: SessionInstallsInput) {
    this.#life = new LifeTeller(input.sink);
  }

  /** A machine that the configuration in force does not have is armed for when it has. @throws PxectlError of the disk */
  async arm(
    keys: readonly MachineKey[],
    { by, isAlways }: ArmOrder,
    notInForce?: ReadonlyMap<MachineKey, MeantInstall>,
  ): Promise<void> {
    const at = new Date().toISOString();
    const { config } = this.input.context();
    await this.input.states.arm(ordersFor(config, keys, { at, by, isAlways }, notInForce));
    await this.#putInForce(keys);
  }

  /** In force and served so at once; what the disk does not take is warned of, and tried again. */
  async disarm(keys: readonly MachineKey[]): Promise<void> {
    await this.#record(keys, this.input.states.disarm(keys));
  }

  /** Whether this boot, which shows this token, may have its seed; spends the order. */
  async spend(key: MachineKey, shown?: string): Promise<SpendResult> {
    const result = await this.input.states.spend(key, new Date().toISOString(), shown);
    if (result.kind !== 'given' || !result.isSpent) return result;
    // an installer may have something to report at once
    await this.#decide(undefined);
    // not waited for: the next boot is minutes away
    void this.#serve([key]);
    return result;
  }

  /** Its installer says how far it is. */
  heard(key: MachineKey, mac: MacAddress | undefined): void {
    this.#silent.heard(key, mac);
  }

  /** The machine says that it is installed. */
  async report(key: MachineKey): Promise<void> {
    await this.#record([key], this.input.states.report(key, new Date().toISOString()));
  }

  /** The machine says that its install failed: it gets its seed no more. */
  async fail(key: MachineKey, message: string): Promise<void> {
    await this.#record([key], this.input.states.fail(key, new Date().toISOString(), message));
  }

  /** Looks whether an event is a network boot of a machine that was being installed. */
  take(event: BootEvent): void {
    const mac = event.mac ?? parseMac(String(event.detail['askedAs'] ?? ''));
    if (mac === undefined || !(isHintOfBoot(event) || isBoot(event))) return;
    const machine = this.input.ownerOf(mac);
    if (machine === undefined) return;
    const key = machineKey(machine);
    this.#life.booted(key, mac, event.time);
    if (!this.#awaited.has(key) || this.#booting.has(key) || !this.#isItsBoot(event, machine, mac)) return;
    this.#booting.add(key);
    void this.#bootedAgain(machine, mac, event.time).finally(() => this.#booting.delete(key));
  }

  /** From now on no install lasts for ever; some may have been forgotten while no pxectl was up. */
  watch(): void {
    const look = (): void => {
      this.look().catch((error: unknown) => this.#warnUnwritten(messageOf(error)));
    };
    this.#timer = setInterval(look, LOOK_INTERVAL_MS).unref();
    look();
  }

  /** Ends the installs of which nothing was heard for too long; one that goes on all the same may report. */
  async look(nowMs = Date.now()): Promise<void> {
    for (const { machine, since, mac } of this.#silent.among(this.input.context().config.machines, nowMs)) {
      const key = machineKey(machine);
      const recorded = await this.input.states.silent(key, new Date(nowMs).toISOString());
      if (recorded === undefined) continue;
      await this.#record([key], Promise.resolve(recorded));
      this.#tellUnreported(
        machine,
        mac,
        `its install began at ${since}, and nothing was heard of it for hours`,
      );
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Anybody can send one packet in a machine's name: a boot is what its own card has fetched; behind a relay none is seen. */
  #isItsBoot(event: BootEvent, machine: Machine, mac: MacAddress): boolean {
    if (event.ip === undefined || !isBoot(event)) return false;
    if (isAskedByAnother(String(event.detail['path'] ?? ''), machine)) return false;
    const card = this.input.cardAt(event.ip);
    return card === undefined ? machine.isRelayed === true : card === mac;
  }

  /** Decides from what is known of machines now; with another context when the configuration was read again. */
  async refresh(next?: BootContext): Promise<readonly LapsedOrder[]> {
    const lapsed = next === undefined ? [] : await this.#dropLapsedOrders(next);
    await this.#decide(next);
    return lapsed;
  }

  /**
   * An order is for what the configuration said when it was given: once read without that, it is none, so that a machine
   * that is written into the file again later is not armed by somebody's order of long ago.
   */
  async #dropLapsedOrders(next: BootContext): Promise<readonly LapsedOrder[]> {
    const known = await this.input.states.known();
    const machines = machinesByKey(withInstalls(next, known).config.machines);
    const before = machinesByKey(this.input.context().config.machines);
    const armed = [...known.installs].filter(([, { kind }]) => kind === 'armed').map(([key]) => key);
    const lapsed = armed
      .filter((key) => machines.get(key)?.isArmed !== true)
      // a machine that the file does not have any more is called as before
      .map((key) => ({ key, name: (machines.get(key) ?? before.get(key))?.name ?? key }));
    if (lapsed.length === 0) return lapsed;
    const { trouble } = await this.input.states.withdraw(lapsed.map(({ key }) => key));
    if (trouble !== undefined) this.#warnUnwritten(trouble);
    this.input.sink.emit({ type: 'engine.warning', detail: { message: lapsedText(lapsed) } });
    return lapsed;
  }

  #decide(next: BootContext | undefined): Promise<void> {
    return this.#readings.take(async () => {
      const known = await this.input.states.known();
      this.#awaited = known.awaited;
      const decided = withInstalls(next ?? this.input.context(), known);
      this.input.decide(decided);
      this.#life.look(decided.config);
    });
  }

  /** Writes what is served to every machine, from what is decided now. */
  serveAll(): Promise<void> {
    const keys = this.input.context().config.machines.map(machineKey);
    return this.#writings.take(() => this.input.serve(keys));
  }

  /** What holds already is served while it is still being written down. */
  async #record(keys: readonly MachineKey[], written: Promise<Recorded>): Promise<void> {
    const [{ trouble }] = await Promise.all([written, this.#putInForce(keys)]);
    if (trouble !== undefined) this.#warnUnwritten(trouble);
  }

  async #putInForce(keys: readonly MachineKey[]): Promise<void> {
    await this.#decide(undefined);
    await this.#serve(keys);
  }

  /** Writes what is served to these machines, from what is decided now. */
  async #serve(keys: readonly MachineKey[]): Promise<void> {
    await this.#writings.take(() => this.input.serve(keys));
    await this.input.reloadEngine();
  }

  async #bootedAgain(machine: Machine, mac: MacAddress, at: string): Promise<void> {
    const key = machineKey(machine);
    const state = await this.input.states.bootedAgain(key, at).catch((error: unknown) => {
      this.#warnUnwritten(messageOf(error));
      return undefined;
    });
    if (state === undefined) return;
    if (state.kind === 'unreported' && state.at === at) {
      this.#tellUnreported(machine, mac, `its install began at ${state.since} and never reported`);
    }
    const isArmed = this.#isArmed(key);
    // it is served as armed already, and boots: the engine is left alone
    await (isArmed ? this.#decide(undefined) : this.#putInForce([key]));
  }

  #isArmed(key: MachineKey): boolean {
    const { machines } = this.input.context().config;
    return machines.some((one) => machineKey(one) === key && one.isArmed);
  }

  #tellUnreported(machine: Machine, mac: MacAddress | undefined, what: string): void {
    const message = this.#isArmed(machineKey(machine)) ? what : `${what}: it is not installed again`;
    this.input.sink.emit({
      type: 'install.unreported',
      ...(mac === undefined ? {} : { mac }),
      detail: { machine: machine.name, message },
    });
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

/** A PXE, HTTP Boot or iPXE client looks for a server; an installed system does not. */
const isHintOfBoot = ({ type, firmware }: BootEvent): boolean =>
  type === 'dhcp.discover' && firmware !== undefined && firmware !== 'unknown';

/** A loader, or what it boots by, has reached somebody who acknowledges what he gets. */
function isBoot(event: BootEvent): boolean {
  const stage = stageOfPath(String(event.detail['path'] ?? ''));
  return (stage === 'boot-config' || stage === 'loader') && showsBootRead(event);
}
