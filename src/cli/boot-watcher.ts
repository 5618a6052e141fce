import { findingsOfTrace } from '../doctor/analyse/findings-of-trace.ts';
import { fixTexts } from '../doctor/mend/fix-steps.ts';
import type { BootEvent } from '../model/boot-event.ts';
import type { BootTrace } from '../model/boot-trace.ts';
import type { Finding, FindingId } from '../model/finding.ts';
import type { MacAddress } from '../protocol/addresses.ts';
import { KeptBoots, REMEMBERED_BOOTS, REMEMBERED_EVENTS } from '../watch/kept-boots.ts';
import type { OpenBoot, TracedMachine } from '../watch/open-boot.ts';
import { TraceBuilder } from '../watch/trace-builder.ts';

const LOOK_INTERVAL_MS = 5_000;
/** A look at a thousand boots takes seconds: it is done in parts, so that nobody waits for it. */
const LOOK_PART_MS = 20;
const LOOK_PAUSE_MS = 100;
/** A boot that nothing was heard of for so long is history, and no news. */
const HISTORY_AFTER_MS = 15 * 60_000;
/** Boots that another one of their machine ended, and that wait for their last look. */
const MAX_ENDED = 200;

/** The last boot of a machine, with what is wrong in it as of the last look. */
export interface WatchedBoot {
  readonly trace: BootTrace;
  readonly findings: readonly Finding[];
}

class Watched implements WatchedBoot {
  findings: readonly Finding[] = [];
  /** what was told of it */
  readonly told = new Set<FindingId>();
  /** nothing more was heard of it: what is wrong stays as it is */
  isHistory = false;

  constructor(readonly boot: OpenBoot) {}

  get trace(): BootTrace {
    return this.boot.trace();
  }
}

/**
 * Watches boots as their events come, and tells each finding of a boot that goes wrong or stands still once, while
 * somebody can still look at the machine: also that an installer is silent, which may be well and may be an error box.
 */
export class BootWatcher {
  readonly #builder: TraceBuilder;
  readonly #latest = new Map<MacAddress, Watched>();
  #ended: Watched[] = [];
  /** boots that this look has not come to yet */
  #waiting: Watched[] = [];
  #timer: NodeJS.Timeout;

  constructor(
    machines: readonly TracedMachine[],
    private readonly onFinding: (finding: Finding, trace: BootTrace) => void,
  ) {
    const kept = new KeptBoots(REMEMBERED_BOOTS, REMEMBERED_EVENTS, (boot) => {
      if (this.#latest.get(boot.mac)?.boot === boot) this.#latest.delete(boot.mac);
    });
    this.#builder = new TraceBuilder(machines, kept);
    this.#timer = this.#lookAfter(LOOK_INTERVAL_MS);
  }

  /** Machines of the configuration, from the next boot on. */
  know(machines: readonly TracedMachine[]): void {
    this.#builder.know(machines);
  }

  /** @returns the boot that the event belongs to */
  take(event: BootEvent): OpenBoot | undefined {
    const boot = this.#builder.add(event);
    if (boot === undefined) return undefined;
    const watched = this.#latest.get(boot.mac);
    if (watched?.boot === boot) {
      watched.isHistory = false;
      return boot;
    }
    if (watched !== undefined && this.#ended.length < MAX_ENDED) this.#ended.push(watched);
    this.#latest.set(boot.mac, new Watched(boot));
    return boot;
  }

  /** The last boot of each machine that is remembered. */
  boots(): Iterable<WatchedBoot> {
    return this.#latest.values();
  }

  bootOf(mac: MacAddress): WatchedBoot | undefined {
    return this.#latest.get(mac);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #lookAfter(delayMs: number): NodeJS.Timeout {
    // looking on is no reason to stay alive
    return setTimeout(() => this.#look(), delayMs).unref();
  }

  #look(): void {
    if (this.#waiting.length === 0) {
      this.#waiting = [...this.#latest.values(), ...this.#ended];
      this.#ended = [];
    }
    const endMs = performance.now() + LOOK_PART_MS;
    for (let boot = this.#waiting.pop(); boot !== undefined; boot = this.#waiting.pop()) {
      this.#judge(boot, Date.now());
      if (performance.now() >= endMs) break;
    }
    this.#timer = this.#lookAfter(this.#waiting.length > 0 ? LOOK_PAUSE_MS : LOOK_INTERVAL_MS);
  }

  #judge(boot: Watched, nowMs: number): void {
    if (boot.isHistory) return;
    const historyAtMs = Date.parse(boot.trace.lastEventAt) + HISTORY_AFTER_MS;
    boot.isHistory = nowMs > historyAtMs;
    boot.findings = findingsOfTrace(boot.trace, Math.min(nowMs, historyAtMs));
    if (boot.isHistory) return;
    for (const finding of boot.findings) {
      if (boot.told.has(finding.id)) continue;
      boot.told.add(finding.id);
      this.onFinding(finding, boot.trace);
    }
  }
}

/** A finding in the stream of events: what, and the first thing to do. */
export function formatLiveFinding(finding: Finding, trace: BootTrace): string {
  const who = trace.machineName ?? trace.mac;
  const [step] = fixTexts(finding.mends);
  const fix = step === undefined ? '' : `\n          do: ${step}`;
  const mark = finding.severity === 'info' ? '·' : '!';
  return `  ${mark} ${who}: ${finding.title} (pxectl doctor explains ${finding.id})\n          why: ${finding.cause}${fix}`;
}
