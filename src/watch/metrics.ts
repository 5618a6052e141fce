import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BootEvent } from '../model/boot-event.ts';
import { stageSpans } from '../model/stage-spans.ts';
import { LIFE_STATES } from '../model/life-cycle.ts';
import type { NetworkTrouble } from '../model/network-trouble.ts';
import { forgetOldest } from '../protocol/forget-oldest.ts';
import type { RecordedBoot } from './boot-record.ts';

/** From a quick stage on a fast network to an install; a doubling or so each. */
const STAGE_BUCKETS_SECONDS = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600];
/** A transfer of which no end was seen is over. */
const LONGEST_TRANSFER_MS = 3_600_000;
const MAX_TRANSFERS = 4_096;
/** Reasons that logs of another dnsmasq may make up beyond ours. */
const MAX_REASONS = 40;

/** What is looked up when somebody asks for numbers. */
export interface MetricsSources {
  readonly version: string;
  readonly engine: () => string;
  readonly runningBoots: () => number;
  /** the life states of the machines of the configuration */
  readonly lifeStates: () => Iterable<string>;
  readonly troubles: () => readonly Pick<NetworkTrouble, 'severity'>[];
}

/** Numbers for Prometheus. No label has a MAC, a name or a path: their number is bounded, whatever a network sends. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #events = this.#counter('pxectl_events_total', 'Events of all boots, by type.', ['type']);
  readonly #boots = this.#counter('pxectl_boots_total', 'Boots that came to an end.', [
    'firmware',
    'outcome',
  ]);
  readonly #findings = this.#counter('pxectl_boot_findings_total', 'Findings in boots that came to an end.', [
    'finding',
  ]);
  readonly #sent = this.#counter('pxectl_sent_bytes_total', 'Bytes of files sent to machines.', ['protocol']);
  readonly #transfers = this.#counter('pxectl_transfers_total', 'Transfers that ended.', [
    'protocol',
    'result',
  ]);
  readonly #answers = this.#counter('pxectl_dhcp_answers_total', 'DHCP packets answered.', ['type']);
  readonly #ignored = this.#counter('pxectl_dhcp_ignored_total', 'DHCP packets not answered, by reason.', [
    'reason',
  ]);
  readonly #stages: Histogram<'firmware' | 'stage'>;
  /** transfers that go on, by who reads what: when they began */
  readonly #running = new Map<string, number>();
  readonly #reasons = new Set<string>();

  constructor(sources: MetricsSources) {
    const registers = [this.#registry];
    this.#stages = new Histogram({
      ...{
        name: 'pxectl_boot_stage_duration_seconds',
        help: 'How long boots were in each stage.',
        registers,
      },
      ...{ labelNames: ['firmware', 'stage'] as const, buckets: STAGE_BUCKETS_SECONDS },
    });
    this.#gauge('pxectl_build_info', 'Always 1.', ['version', 'engine'], (gauge) =>
      gauge.set({ version: sources.version, engine: sources.engine() }, 1),
    );
    this.#gauge('pxectl_boots_running', 'Boots that go on.', [], (gauge) =>
      gauge.set(sources.runningBoots()),
    );
    this.#gauge(
      'pxectl_transfers_running',
      'Transfers that go on, of those that show their beginning.',
      ['protocol'],
      (gauge) => {
        for (const protocol of ['tftp', 'http']) gauge.set({ protocol }, this.#runningOf(protocol));
      },
    );
    this.#gauge(
      'pxectl_machines',
      'Machines of the configuration, by where they stand.',
      ['state'],
      (gauge) => {
        const counts = countOf(sources.lifeStates());
        for (const state of LIFE_STATES) gauge.set({ state }, counts.get(state) ?? 0);
      },
    );
    this.#gauge('pxectl_network_troubles', 'What is wrong on the network now.', ['severity'], (gauge) => {
      const counts = countOf(sources.troubles().map(({ severity }) => severity));
      for (const severity of ['error', 'warning', 'info']) gauge.set({ severity }, counts.get(severity) ?? 0);
    });
    this.#gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', [], (gauge) =>
      gauge.set(process.memoryUsage.rss()),
    );
    const startedAt = Date.now() / 1000 - process.uptime();
    this.#gauge('process_start_time_seconds', 'Start time since the epoch in seconds.', [], (gauge) =>
      gauge.set(startedAt),
    );
  }

  take(event: BootEvent): void {
    const { type, detail } = event;
    this.#events.inc({ type });
    const [protocol = '', what = ''] = type.split('.');
    if (type === 'dhcp.ignored') this.#ignored.inc({ reason: this.#boundedReason(detail['reason']) });
    else if (protocol === 'dhcp' && ['offer', 'ack', 'nak'].includes(what)) this.#answers.inc({ type: what });
    if (protocol !== 'tftp' && protocol !== 'http') return;
    const key = `${protocol} ${event.ip ?? event.mac ?? ''} ${String(detail['path'] ?? '')}`;
    if (what === 'start' || what === 'get') {
      this.#running.set(key, Date.now());
      forgetOldest(this.#running, MAX_TRANSFERS);
      return;
    }
    if (what === 'head') return;
    this.#running.delete(key);
    this.#transfers.inc({ protocol, result: what });
    const bytes = Number(detail['sentBytes'] ?? (what === 'done' ? detail['sizeBytes'] : 0));
    if (bytes > 0) this.#sent.inc({ protocol }, bytes);
  }

  /** A boot that came to an end. */
  takeBoot(boot: RecordedBoot): void {
    const firmware = boot.firmware ?? 'unknown';
    this.#boots.inc({ firmware, outcome: boot.outcome });
    for (const { id } of boot.findings) this.#findings.inc({ finding: id });
    for (const { stage, spanMs } of stageSpans(boot))
      this.#stages.observe({ firmware, stage }, spanMs / 1000);
  }

  /** The text format of Prometheus, version 0.0.4. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #boundedReason(reason: unknown): string {
    const word = String(reason);
    if (!/^[a-z0-9-]{1,40}$/.test(word)) return 'other';
    if (this.#reasons.size < MAX_REASONS) this.#reasons.add(word);
    return this.#reasons.has(word) ? word : 'other';
  }

  #runningOf(protocol: string): number {
    const oldest = Date.now() - LONGEST_TRANSFER_MS;
    return [...this.#running].filter(([key, since]) => key.startsWith(`${protocol} `) && since > oldest)
      .length;
  }

  #counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  #gauge(name: string, help: string, labelNames: string[], look: (gauge: Gauge) => void): void {
    new Gauge({
      ...{ name, help, labelNames, registers: [this.#registry] },
      collect() {
        look(this);
      },
    });
  }
}

function countOf(words: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
