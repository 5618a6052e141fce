import { findingsOfTrace } from '../doctor/analyse/findings-of-trace.ts';
import { makeFinding } from '../doctor/finding-catalogue.ts';
import type { BootEvent } from '../model/boot-event.ts';
import { toldFinding, type ToldFinding } from '../doctor/mend/fix-steps.ts';
import type { MacAddress } from '../protocol/addresses.ts';
import type { BootTimeline } from './boot-timeline.ts';
import type { LabFailure } from './lab-report.ts';

export interface FailedBoot {
  /** one line: what did not happen */
  readonly why: string;
  readonly timeline: Pick<BootTimeline, 'current' | 'complaints' | 'latestTrace'>;
  readonly serialLines: readonly string[];
  readonly events: readonly BootEvent[];
  readonly mac: MacAddress;
}

/** All that helps to understand a boot that did not come up: what was said, what was asked, what doctor makes of it. */
export function describeFailure(boot: FailedBoot, nowMs = Date.now()): LabFailure {
  const { why, timeline, serialLines, events, mac } = boot;
  return {
    stage: timeline.current.stage,
    why,
    firmwareSays: timeline.complaints.slice(0, 5),
    lastSerialLines: serialLines.slice(-15),
    lastEvents: events.filter((event) => event.mac === mac || event.type.startsWith('engine.')).slice(-10),
    findings: findingsOf(boot, nowMs),
  };
}

function findingsOf({ timeline, serialLines }: FailedBoot, nowMs: number): readonly ToldFinding[] {
  if (timeline.latestTrace !== undefined)
    return findingsOfTrace(timeline.latestTrace, nowMs).map(toldFinding);
  const started = serialLines.find((line) => /Start (?:PXE|HTTP Boot)|Configuring \(net0/.test(line));
  // a machine that never got as far as its network card says nothing about the network
  return started === undefined
    ? []
    : [toldFinding(makeFinding('no-discover-seen', [{ source: 'serial', text: started }]))];
}
