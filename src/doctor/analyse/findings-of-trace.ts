import { bootChoiceOf } from '../../model/boot-choice.ts';
import { isOfSystem, type BootEvent } from '../../model/boot-event.ts';
import type { BootStage, BootTrace } from '../../model/boot-trace.ts';
import type { Finding, FindingId } from '../../model/finding.ts';
import { makeFinding } from '../finding-catalogue.ts';
import { analyse } from './analyse.ts';
import { findingOfRefusedSeed } from './refused-seed.ts';
import { isTransferOpen, observeEvents, showsStarts } from './observe-events.ts';
import { LONGEST_KERNEL_MS, LONGEST_TRANSFER_MS, untilMissed } from './waiting-times.ts';

interface StageDeadline {
  /** longest silence after the last sign of this stage, on real machines and on emulated ones */
  readonly silenceMs: number;
  /** what it is called when nothing particular was found */
  readonly finding: FindingId;
}

const DEADLINES: Readonly<Partial<Record<BootStage, StageDeadline>>> = {
  discover: { silenceMs: 20_000, finding: 'client-ignored' },
  offer: { silenceMs: 60_000, finding: 'proxy-offer-ignored' },
  loader: { silenceMs: 60_000, finding: 'loader-did-not-start' },
  'boot-config': { silenceMs: 90_000, finding: 'kernel-not-requested' },
  kernel: { silenceMs: 120_000, finding: 'kernel-not-requested' },
  initrd: { silenceMs: 300_000, finding: 'seed-not-requested' },
  'root-image': { silenceMs: 600_000, finding: 'seed-not-requested' },
  'install-seed': { silenceMs: 300_000, finding: 'installer-silent' },
  installing: { silenceMs: 900_000, finding: 'installer-silent' },
};

/** Ends of an install that are told, and need no judgement. */
const TOLD_ENDS = [
  ['install.unreported', 'install-never-reported'],
  ['install.failed', 'install-failed'],
] as const;

/**
 * What is wrong in one boot as pxectl's own events tell it: what the events show, and for a boot that stands still
 * past its stage's deadline at least the finding of that stage. Pure; `nowMs` is the clock.
 */
export function findingsOfTrace(trace: BootTrace, nowMs: number): readonly Finding[] {
  if (trace.isDone || trace.events.every(isOfSystem)) return [];
  for (const [type, finding] of TOLD_ENDS) {
    const told = trace.events.find((event) => event.type === type);
    if (told === undefined) continue;
    const evidence = [{ source: `events ${told.time}`, text: String(told.detail['message'] ?? '') }];
    return [makeFinding(finding, evidence, { client: { mac: trace.mac } })];
  }
  if (bootChoiceOf(trace.events)?.boots === 'hold') return [heldFinding(trace)];
  const refused = findingOfRefusedSeed(trace);
  // the refusal says why, which a status cannot
  const isToldWhy = trace.events.some(({ type }) => type === 'seed.refused');
  const events = trace.events.filter((event) => !isOfSystem(event) && !(isToldWhy && isForSeed(event)));
  const found = analyse(observeEvents(events, nowMs)).filter((finding) => finding.severity !== 'info');
  if (refused !== undefined) return [refused, ...found];
  const late = deadlineFinding(trace, nowMs);
  // what the events show says more than the clock
  return found.length > 0 || !late ? found : [late];
}

function isForSeed({ type, detail }: BootEvent): boolean {
  return type.startsWith('http.') && String(detail['path'] ?? '').startsWith('/seed/');
}

/** Debian's installer asks for its seed at once: it has no root image to fetch before. */
function isWithoutRootImage({ events }: BootTrace): boolean {
  return events.some(({ detail }) => /\/images\/debian-\d[^/]*\/initrd/.test(String(detail['path'] ?? '')));
}

/** How long the boot may say nothing: for as long as a transfer may take that goes on, or may go on without being seen. */
function longestSilence(trace: BootTrace, silenceMs: number): number {
  const { current, events } = trace;
  if (isTransferOpen(events)) return Math.max(silenceMs, LONGEST_TRANSFER_MS);
  const shows = showsStarts(events);
  // behind nginx the root image shows when it has come whole, and not before
  if (current === 'root-image' || (current === 'initrd' && !isWithoutRootImage(trace))) {
    return untilMissed({ showsStarts: shows }, 'http', silenceMs);
  }
  const isLoading = current === 'boot-config' || current === 'kernel';
  return isLoading && !(shows.tftp && shows.http) ? Math.max(silenceMs, LONGEST_KERNEL_MS) : silenceMs;
}

function deadlineFinding(trace: BootTrace, nowMs: number): Finding | undefined {
  const deadline = DEADLINES[trace.current];
  const silentMs = nowMs - Date.parse(trace.lastEventAt);
  if (!deadline || silentMs <= longestSilence(trace, deadline.silenceMs)) return undefined;
  // only a boot that is to be installed unattended has a seed to ask for
  if (deadline.finding === 'seed-not-requested' && trace.isUnattended !== true) return undefined;
  const choice = trace.current === 'boot-config' ? bootChoiceOf(trace.events) : undefined;
  // whoever starts its own disk is not heard of again
  if (choice?.boots === 'local') return undefined;
  const last = trace.events.at(-1);
  const evidence = last
    ? [
        {
          source: `events ${last.time}`,
          text: `${last.type} ${String(last.detail['path'] ?? last.detail['file'] ?? '')}`.trim(),
        },
      ]
    : [];
  const client = { mac: trace.mac, ...(trace.firmware === undefined ? {} : { firmware: trace.firmware }) };
  const finding = makeFinding(deadline.finding, evidence, { client });
  const since = `Nothing has happened for ${Math.round(silentMs / 1000)} s after the stage "${trace.current}".`;
  if (choice?.asks === true) return { ...finding, ...AT_ITS_MENU, cause: `${since} ${AT_ITS_MENU.cause}` };
  return { ...finding, cause: `${since} ${finding.cause}` };
}

/** It waits for a person, whatever the clock says. */
function heldFinding({ mac, events }: BootTrace): Finding {
  const last = events.findLast(({ detail }) => detail['boots'] === 'hold');
  const text = `${last?.type} ${String(last?.detail['path'] ?? '')}, boots: hold`;
  return makeFinding('machine-held', [{ source: `events ${last?.time}`, text }], { client: { mac } });
}

/** Somebody may have chosen the disk in the menu, which nobody hears of: that is no fault. */
const AT_ITS_MENU = {
  severity: 'info',
  title: 'a machine is at its boot menu, or has started its own disk',
  cause: 'The menu waits for a key, the local disk was chosen in it, or the kernel was not accepted.',
} as const;
