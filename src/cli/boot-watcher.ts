import { findingsOfTrace } from '../doctor/analyse/findings-of-trace.ts';
import { fixTexts } from '../doctor/mend/fix-steps.ts';
import type { BootEvent } from '../model/boot-event.ts';
import type { BootTrace } from '../model/boot-trace.ts';
import type { Machine } from '../model/config.ts';
import type { Finding, FindingId } from '../model/finding.ts';
import { TraceBuilder } from '../watch/trace-builder.ts';

const LOOK_INTERVAL_MS = 5_000;
/** A boot that nothing was heard of for so long is history, and no news. */
const HISTORY_AFTER_MS = 15 * 60_000;

/**
 * Watches boots as their events come, and tells each finding of a boot that goes wrong or stands still once, while
 * somebody can still look at the machine: also that an installer is silent, which may be well and may be an error box.
 */
export class BootWatcher {
  readonly #builder: TraceBuilder;
  /** what was told of each boot that is remembered */
  #told = new Map<string, Set<FindingId>>();
  readonly #timer: NodeJS.Timeout;

  constructor(
    machines: readonly Machine[],
    private readonly onFinding: (finding: Finding, trace: BootTrace) => void,
  ) {
    this.#builder = new TraceBuilder(machines);
    this.#timer = setInterval(() => this.#look(), LOOK_INTERVAL_MS);
    // looking on is no reason to stay alive
    this.#timer.unref();
  }

  take(event: BootEvent): void {
    this.#builder.add(event);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const nowMs = Date.now();
    const told = new Map<string, Set<FindingId>>();
    for (const trace of this.#builder.traces()) {
      const boot = `${trace.mac} ${trace.startedAt}`;
      const ids = this.#told.get(boot) ?? new Set();
      told.set(boot, ids);
      if (nowMs - Date.parse(trace.lastEventAt) > HISTORY_AFTER_MS) continue;
      for (const finding of findingsOfTrace(trace, nowMs)) {
        if (ids.has(finding.id)) continue;
        ids.add(finding.id);
        this.onFinding(finding, trace);
      }
    }
    this.#told = told;
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
