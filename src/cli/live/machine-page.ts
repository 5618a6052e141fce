import type { BootEvent } from '../../model/boot-event.ts';
import { fixTexts } from '../../doctor/mend/fix-steps.ts';
import type { Finding } from '../../model/finding.ts';
import { printable } from '../../model/printable.ts';
import type { ComparedStage, StagePast } from '../../model/stage-past.ts';
import type { WatchedBoot } from '../boot-watcher.ts';
import { eventText } from '../../model/event-text.ts';
import { formatStage } from '../trace-view.ts';
import { formatDuration, formatLocalTime } from '../../model/units.ts';
import { widthOf } from './fit.ts';
import { shortDuration } from './list-page.ts';
import type { LiveRow } from './live-row.ts';

/** The newest ones: a boot that goes round in circles reads thousands. */
const MAX_FILES = 200;
const MAX_TEXT = 2_000;

export interface MachineFacts {
  readonly row: LiveRow;
  readonly boot: WatchedBoot | undefined;
  readonly vendor: string | undefined;
  readonly past: StagePast;
  readonly nowMs: number;
}

/** All that is known of one machine, as lines that are cut nowhere. */
export function machinePage(
  { row, boot, vendor, past, nowMs }: MachineFacts,
  width: number,
): readonly string[] {
  const { machine, mac } = row;
  const who = [row.who, mac === row.who ? undefined : mac, boot?.trace.ip, vendor, row.firmware];
  const lines = [
    who.filter(Boolean).join('  '),
    machine === undefined ? 'in no file yet: n adopts it' : stateText(row, nowMs),
  ];
  if (boot === undefined)
    return [...lines, '', 'nobody has seen it boot yet'].flatMap((line) => wrapped(line, width));
  const { trace, findings } = boot;
  const compared = new Map(past.compare(trace).map((one) => [one.stage, one]));
  const files = trace.events.filter(isEndOfFile).slice(-MAX_FILES);
  return [
    ...lines,
    '',
    `Stages of the boot of ${formatLocalTime(trace.startedAt)}`,
    ...trace.stages.map(
      (stage) => `${formatStage(stage, trace.startedAt)}${usualText(compared.get(stage.stage))}`,
    ),
    '',
    findings.length === 0 ? 'Findings: none' : 'Findings',
    ...findings.flatMap(findingLines),
    '',
    'Files',
    ...files.map(
      (event) => `  ${formatLocalTime(event.time).slice(11)}  ${printable(eventText(event) ?? '', MAX_TEXT)}`,
    ),
  ].flatMap((line) => wrapped(line, width));
}

function stateText({ machine, stage, sinceMs }: LiveRow, nowMs: number): string {
  const now =
    stage === '' ? 'nothing is known of a boot' : `${stage} for ${shortDuration(nowMs - (sinceMs ?? nowMs))}`;
  if (machine?.order === undefined) return now;
  return `${now}; ARMED: ${machine.order === 'always' ? 'EVERY' : 'its next'} network boot installs, and may wipe its disk`;
}

/** What is usual, where that is known. */
function usualText(compared: ComparedStage | undefined): string {
  const usualMs = compared?.ownMedianMs ?? compared?.fleetMedianMs;
  if (compared === undefined || usualMs === undefined) return '';
  const took = compared.isSlow ? `  SLOW: ${formatDuration(compared.spanMs)}` : '';
  return `${took}  (else ${formatDuration(usualMs)})`;
}

function findingLines(finding: Finding): readonly string[] {
  const { id, title, cause, evidence, mends, severity } = finding;
  return [
    `  ${severity === 'info' ? '.' : '!'} ${title} (${id})`,
    `    why: ${cause}`,
    ...evidence.slice(0, 3).map(({ source, text }) => `    seen: ${source}: ${printable(text, MAX_TEXT)}`),
    ...fixTexts(mends).map((step) => `    do: ${step}`),
  ];
}

function isEndOfFile({ type, detail }: BootEvent): boolean {
  if (type === 'tftp.aborted') return detail['reason'] !== 'size-probe';
  return /^(?:tftp|http)\.(?:done|missing|error)$/.test(type) || type.startsWith('seed.');
}

/** A line that is too long goes on below, under its text. */
function wrapped(line: string, width: number): readonly string[] {
  if (widthOf(line) <= width || width < 10) return [line];
  const indent = ' '.repeat(Math.min((/^ */.exec(line)?.[0].length ?? 0) + 2, Math.floor(width / 4)));
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<= )/)) {
    if (current !== '' && widthOf(current + word.trimEnd()) > width) {
      lines.push(current.trimEnd());
      current = indent;
    }
    current += word;
  }
  return [...lines, current.trimEnd()];
}
