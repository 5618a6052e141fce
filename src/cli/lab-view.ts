import type { LabReport, LabStageRecord } from '../lab/lab-report.ts';
import { formatBytes, formatDuration } from '../model/units.ts';

/** `  +12.3 s  kernel         images/debian-12/linux  8.2 MB  in 1.2 s`. */
export function formatLabStage(record: LabStageRecord): string {
  const since = `+${(record.startMs / 1000).toFixed(1)} s`.padStart(9);
  const size = record.sizeBytes === undefined ? '' : `  ${formatBytes(record.sizeBytes)}`;
  const tookMs = record.endMs - record.startMs;
  const took = tookMs > 0 ? `  in ${formatDuration(tookMs)}` : '';
  const detail = record.detail === '' ? '' : `  ${record.detail}`;
  return `${since}  ${record.stage.padEnd(12)}${detail}${size}${took}`.trimEnd();
}

/** What was seen to happen, and nothing else. */
function deedsOf({ goals }: LabReport): string {
  const deeds = [
    'came up',
    ...(goals.includes('root-image') ? ['loaded its root image'] : []),
    ...(goals.includes('install-seed') ? ['asked for its install seed'] : []),
    ...(goals.includes('install-report') ? ['reported that it is installed'] : []),
    ...(goals.includes('login') ? ['started its disk to the login prompt'] : []),
  ];
  const last = deeds.pop() ?? '';
  return deeds.length === 0 ? last : `${deeds.join(', ')} and ${last}`;
}

/** How a run ended, for people: one line when it is good, all that helps when it is not. */
export function formatLabEnd(report: LabReport): string[] {
  const seconds = (report.totalMs / 1000).toFixed(1);
  const set = `${report.firmware}, loader ${report.loader}, engine ${report.engine}, mode ${report.mode}`;
  const { failure } = report;
  const tail: string[] = [
    ...report.notes.map((note) => `note: ${note}`),
    ...(report.screenshot === undefined ? [] : [`screen: ${report.screenshot}`]),
    ...(report.folder === undefined ? [] : [`logs, events and capture: ${report.folder}`]),
  ];
  if (failure === undefined) {
    return [`ok: ${report.image} ${deedsOf(report)} in ${seconds} s (${set})`, ...tail];
  }
  return [
    `failed after ${seconds} s (${set})`,
    `  ${failure.why}`,
    ...(failure.firmwareSays.length > 0 ? ['  on the screen:'] : []),
    ...failure.firmwareSays.map((line) => `    ${line}`),
    '  last lines of the serial port:',
    ...failure.lastSerialLines.map((line) => `    ${line.slice(0, 160)}`),
    ...(failure.lastEvents.length > 0 ? ['  last events:'] : []),
    ...failure.lastEvents.map(
      (event) => `    ${event.time.slice(11, 23)} ${event.type} ${JSON.stringify(event.detail)}`,
    ),
    ...failure.findings.flatMap((finding) => [
      `  ! ${finding.title} (${finding.id})`,
      `    ${finding.cause}`,
      ...finding.fix.map((step) => `    fix: ${step}`),
      `    more: ${finding.docs}`,
    ]),
    ...tail,
  ];
}
