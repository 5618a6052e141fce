import type { Project } from '../../engine/project.ts';
import { machinesWithCards } from '../../machines/inventory/machine-cards.ts';
import { readEvents } from '../../watch/read-events.ts';
import { buildTraces } from '../../watch/trace-builder.ts';
import { findingsOfTrace } from '../analyse/findings-of-trace.ts';
import type { Check, Looked } from './check.ts';

/** Boots older than this say nothing about the set-up of now. */
const RECENT_MS = 24 * 3_600_000;
const SHOWN_BOOTS = 20;

/** The last boots that pxectl served, machine by machine: only the last one of each counts. */
export function bootTracesOf(project: Project): Check {
  return {
    id: 'boots',
    group: 'boots',
    title: 'the last boots that pxectl served',
    covers: [
      'loader-did-not-start',
      'proxy-offer-ignored',
      'http-file-missing',
      'loader-missing',
      'tftp-blocked',
      'ram-too-small-for-iso',
      'root-image-not-requested',
      'seed-not-requested',
      'seed-refused',
      'installer-silent',
      'meta-data-missing',
      'ipxe-loop',
    ],
    // the boot that is asked about may not be among them
    excludes: [],
    look: () => lookAtBoots(project),
  };
}

async function lookAtBoots(project: Project): Promise<Looked> {
  const nowMs = Date.now();
  const events = await readEvents(project.layout.events);
  const machines = await machinesWithCards(project.config, project.layout);
  const traces = buildTraces(events, machines).filter(
    (trace) => nowMs - Date.parse(trace.lastEventAt) < RECENT_MS,
  );
  if (traces.length === 0) return { notChecked: 'no machine has asked in the last day' };
  const lastOf = new Map(traces.map((trace) => [trace.mac, trace]));
  const last = [...lastOf.values()].slice(-SHOWN_BOOTS);
  return {
    seen: `${last.length} machines: ${last.map((trace) => `${trace.machineName ?? trace.mac} ${trace.current}`).join(', ')}`,
    findings: last.flatMap((trace) => findingsOfTrace(trace, nowMs)),
  };
}
