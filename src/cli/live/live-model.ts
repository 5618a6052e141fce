import { fixTexts } from '../../doctor/mend/fix-steps.ts';
import type { BootEvent } from '../../model/boot-event.ts';
import { isNetworkBoot } from '../../model/boot-outcome.ts';
import type { BootTrace } from '../../model/boot-trace.ts';
import type { Finding } from '../../model/finding.ts';
import { printable } from '../../model/printable.ts';
import type { RunningTransfer } from '../../model/running-transfer.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import { BootWatcher, type WatchedBoot } from '../boot-watcher.ts';
import { eventText } from '../../model/event-text.ts';
import { LiveNews, OWN_NAME, type NewsLine, type NewsTone } from './live-news.ts';
import { byUrgency, rowOf, strangerName, type LiveMachine, type LiveRow, type RowFacts } from './live-row.ts';
import { TransferRates, type TransferProgress } from './transfer-rates.ts';

/** What a machine said, at most, in one line. */
const MAX_TEXT = 300;
const byName = new Intl.Collator('en', { numeric: true });

/** The machines of the configuration, and who made the cards of others. */
export interface KnownMachines {
  readonly machines: readonly LiveMachine[];
  readonly vendors: ReadonlyMap<MacAddress, string>;
}

/** Everything a live view shows, made from events and from what is known of machines; no terminal is in it. */
export class LiveModel {
  readonly #watcher = new BootWatcher([], (finding, trace) => this.#tellFinding(finding, trace));
  readonly #news = new LiveNews();
  readonly #rates = new TransferRates();
  #known: KnownMachines = { machines: [], vendors: new Map() };
  #machineOf: ReadonlyMap<MacAddress, LiveMachine> = new Map();
  readonly #made = new Map<string, { readonly facts: RowFacts; readonly row: LiveRow }>();
  /** in the order of names, until somebody new comes */
  #order: readonly string[] = [];

  know(known: KnownMachines): void {
    this.#known = known;
    this.#machineOf = new Map(
      known.machines.flatMap((one) => (one.mac === undefined ? [] : [[one.mac, one]])),
    );
    this.#watcher.know(known.machines);
  }

  /** What was before somebody looked: it makes rows, and is no news. */
  replay(events: Iterable<BootEvent>): void {
    for (const event of events) this.#watcher.take(event);
  }

  take(event: BootEvent): void {
    const boot = this.#watcher.take(event);
    const text = eventText(event);
    if (text === undefined) return;
    const mac = event.mac ?? boot?.mac;
    const who = mac === undefined ? (event.ip ?? '') : this.#nameOf(mac);
    this.#add(event.time, mac, who, text, toneOf(event));
  }

  /** What pxectl itself has to say. */
  say(text: string, tone: NewsTone = 'plain', nowMs = Date.now()): void {
    for (const line of text.split('\n'))
      this.#add(new Date(nowMs).toISOString(), undefined, OWN_NAME, line, tone);
  }

  setTransfers(transfers: readonly RunningTransfer[], nowMs: number): void {
    this.#rates.update(transfers, nowMs);
  }

  /** Everybody who is configured or was seen, those first whom something happens to. */
  rows(nowMs: number): readonly LiveRow[] {
    const rows = new Map<string, LiveRow>();
    if (this.#made.size > 2 * this.#order.length) this.#made.clear();
    const transferOf = this.#transfersByWho();
    const add = (machine: LiveMachine | undefined, boot: WatchedBoot | undefined): void => {
      const mac = boot?.trace.mac ?? machine?.mac;
      const ip = boot?.trace.ip;
      const row = this.#row(mac ?? machine?.name ?? '', {
        ...{ machine, boot: boot && { trace: boot.trace, findings: boot.findings }, nowMs },
        vendor: mac === undefined ? undefined : this.#known.vendors.get(mac),
        transfer: (mac && transferOf.get(mac)) ?? (ip && transferOf.get(ip)),
      });
      // a machine of several cards is what its newest boot says
      const other = rows.get(row.key);
      if (other?.sinceMs === undefined || (row.sinceMs ?? 0) > other.sinceMs) rows.set(row.key, row);
    };
    for (const machine of this.#known.machines) {
      add(machine, machine.mac === undefined ? undefined : this.#watcher.bootOf(machine.mac));
    }
    for (const boot of this.#watcher.boots()) {
      // whoever asks for an address alone is no machine of ours
      if (!this.#machineOf.has(boot.trace.mac) && isNetworkBoot(boot.trace)) add(undefined, boot);
    }
    if (rows.size !== this.#order.length || this.#order.some((key) => !rows.has(key))) {
      const sorted = [...rows.values()].sort((one, other) => byName.compare(one.who, other.who));
      this.#order = sorted.map(({ key }) => key);
    }
    return byUrgency(this.#order.flatMap((key) => rows.get(key) ?? []));
  }

  /** The newest lines, oldest first. */
  news(): readonly NewsLine[] {
    return this.#news.lines;
  }

  bootOf({ mac }: Pick<LiveRow, 'mac'>): WatchedBoot | undefined {
    return mac === undefined ? undefined : this.#watcher.bootOf(mac);
  }

  vendorOf(mac: MacAddress): string | undefined {
    return this.#known.vendors.get(mac);
  }

  /** The cards that booted: whose makers are of interest. */
  cards(): readonly MacAddress[] {
    return Array.from(this.#watcher.boots(), ({ trace }) => trace.mac);
  }

  close(): void {
    this.#watcher.close();
  }

  /** Of a thousand machines few change from one picture to the next. */
  #row(key: string, facts: RowFacts): LiveRow {
    const made = this.#made.get(key);
    if (made !== undefined && isStill(made.facts, facts)) return made.row;
    const row = rowOf(facts);
    this.#made.set(key, { facts, row });
    return row;
  }

  #transfersByWho(): ReadonlyMap<string, TransferProgress> {
    const largest = new Map<string, TransferProgress>();
    for (const transfer of this.#rates.current) {
      const who = transfer.mac ?? transfer.ip;
      if ((largest.get(who)?.sizeBytes ?? -1) < transfer.sizeBytes) largest.set(who, transfer);
    }
    return largest;
  }

  #nameOf(mac: MacAddress): string {
    return this.#machineOf.get(mac)?.name ?? strangerName(mac, this.#known.vendors.get(mac));
  }

  #tellFinding(finding: Finding, { mac, lastEventAt }: BootTrace): void {
    const tone = finding.severity === 'info' ? 'warning' : 'problem';
    const who = this.#nameOf(mac);
    const [step] = fixTexts(finding.mends);
    this.#add(lastEventAt, mac, who, `${finding.title} (${finding.id})`, tone);
    if (step !== undefined) this.#add(lastEventAt, mac, who, `do: ${step}`, tone);
  }

  #add(time: string, mac: MacAddress | undefined, who: string, text: string, tone: NewsTone): void {
    this.#news.add({ time, mac, tone, who: printable(who, MAX_TEXT), text: printable(text, MAX_TEXT) });
  }
}

/** Whether a boot is over is seen a little later. */
const ROW_HOLDS_MS = 2_000;

const isStill = (before: RowFacts, now: RowFacts): boolean =>
  now.nowMs - before.nowMs < ROW_HOLDS_MS &&
  before.machine === now.machine &&
  before.boot?.trace === now.boot?.trace &&
  before.boot?.findings === now.boot?.findings &&
  before.transfer === now.transfer &&
  before.vendor === now.vendor;

const PROBLEMS: ReadonlySet<BootEvent['type']> = new Set([
  'dhcp.nak',
  'tftp.error',
  'http.error',
  'seed.refused',
  'report.refused',
  'install.failed',
  'engine.error',
]);
const WARNINGS: ReadonlySet<BootEvent['type']> = new Set([
  'install.unreported',
  'engine.warning',
  'network.trouble',
]);

function toneOf({ type, detail }: BootEvent): NewsTone {
  if (PROBLEMS.has(type) || (type === 'network.trouble' && detail['severity'] === 'error')) return 'problem';
  if (WARNINGS.has(type)) return 'warning';
  return type === 'install.done' || type === 'network.over' ? 'good' : 'plain';
}
