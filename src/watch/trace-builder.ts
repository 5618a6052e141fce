import { forgetOldest } from '../protocol/forget-oldest.ts';
import { isOfSystem, type BootEvent } from '../model/boot-event.ts';
import type { BootTrace } from '../model/boot-trace.ts';
import { parseMac, type Ipv4Address, type MacAddress } from '../protocol/addresses.ts';
import { KeptBoots } from './kept-boots.ts';
import type { LatestBoots } from './latest-boots.ts';
import { isOwnAddress, OpenBoot, type TracedMachine } from './open-boot.ts';

/** Firmware repeats its DISCOVER for about a minute (4+8+16+32 s in EDK2): after a longer silence it is a new boot. */
const SILENCE_BETWEEN_BOOTS_MS = 90_000;
/** From its initrd to its own DHCP, on a slow machine. */
const LONGEST_KERNEL_START_MS = 300_000;
/** A machine cannot have been reset and be back at DHCP sooner than this after it fetched its kernel. */
const MIN_RESET_MS = 3_000;
/** addresses whose machine is remembered: the one that was heard of longest ago goes first */
const MAX_ADDRESSES = 4_096;
const MAX_BOOTS = 200;

/** Collects events one by one into the boots of each machine. Bounded: old boots are dropped. */
export class TraceBuilder {
  readonly #macOfIp = new Map<Ipv4Address, MacAddress>();
  #machineOfMac: ReadonlyMap<MacAddress, TracedMachine> = new Map();

  /** @param boots which of them are remembered */
  constructor(
    machines: readonly TracedMachine[] = [],
    private readonly boots: KeptBoots | LatestBoots = new KeptBoots(MAX_BOOTS),
    private readonly options: { readonly keepsEvents: boolean } = { keepsEvents: true },
  ) {
    this.know(machines);
  }

  /** Machines of the configuration, from the next boot on. */
  know(machines: readonly TracedMachine[]): void {
    this.#machineOfMac = new Map(machines.flatMap((m) => (m.mac === undefined ? [] : [[m.mac, m] as const])));
  }

  /** Takes one event; returns the boot it belongs to, or undefined when it belongs to none. */
  add(event: BootEvent): OpenBoot | undefined {
    // what becomes of a machine may be hours after its boot, and is no part of it
    if (event.type === 'machine.state' || event.type === 'machine.power') return undefined;
    const mac =
      event.mac ??
      parseMac(String(event.detail['askedAs'] ?? '')) ??
      (event.ip === undefined ? undefined : this.#macOfIp.get(event.ip));
    if (mac === undefined) return undefined;
    if (event.ip !== undefined && isOwnAddress(event)) this.#learn(event.ip, mac);
    let boot = this.boots.latestOf(mac);
    if (startsBoot(event, boot)) {
      boot = new OpenBoot(mac, event.time, this.#machineOfMac.get(mac), this.options.keepsEvents);
      this.boots.add(boot);
    }
    if (!boot) return undefined;
    const before = boot.eventCount;
    boot.take(event);
    this.boots.grew(boot, boot.eventCount - before);
    return boot;
  }

  /** Every boot, oldest first. */
  traces(): BootTrace[] {
    return this.boots.all().map((boot) => boot.trace());
  }

  #learn(ip: Ipv4Address, mac: MacAddress): void {
    this.#macOfIp.delete(ip);
    this.#macOfIp.set(ip, mac);
    forgetOldest(this.#macOfIp, MAX_ADDRESSES);
  }
}

/** The boots in a list of events, oldest first. */
export function buildTraces(
  events: Iterable<BootEvent>,
  machines: readonly TracedMachine[] = [],
  boots: KeptBoots | LatestBoots = new KeptBoots(MAX_BOOTS),
): BootTrace[] {
  const builder = new TraceBuilder(machines, boots);
  for (const event of events) builder.add(event);
  return builder.traces();
}

function startsBoot(event: BootEvent, current: OpenBoot | undefined): boolean {
  if (event.type !== 'dhcp.discover') return false;
  if (!current) return true;
  const silenceMs = Date.parse(event.time) - Date.parse(current.lastEventAt);
  // in mode full the kernel that was booted asks for its own address: that is the boot going on
  if (isOfSystem(event) && current.hasReached('kernel') && silenceMs < LONGEST_KERNEL_START_MS) return false;
  if (silenceMs > SILENCE_BETWEEN_BOOTS_MS) return true;
  if (current.hasReached('kernel')) return silenceMs > MIN_RESET_MS;
  // iPXE asks again after the firmware did: that is the same boot, and so is a repeated DISCOVER
  return event.firmware !== 'ipxe' && current.hasReached('loader') && current.isLoaderDone;
}
