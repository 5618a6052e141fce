/** What of a boot of history.jsonl a test minds. */
export interface RecordedBootShape {
  readonly startedAt: string;
  readonly mac?: string;
  readonly machineName?: string;
  /** the loader takes all of this time but a second */
  readonly kernelAfterMs?: number;
  /** with it the boot has failed; it stands for every text of the finding */
  readonly finding?: string;
}

/** A line of history.jsonl. */
export function recordedBoot({
  startedAt,
  mac = '52:54:00:12:34:56',
  machineName = 'node-1',
  kernelAfterMs = 5_000,
  finding,
}: RecordedBootShape): string {
  const at = (ms: number): string => new Date(Date.parse(startedAt) + ms).toISOString();
  const detail = finding ?? '/images/debian-12/linux';
  const stages = [
    { stage: 'discover', startedAt, endedAt: startedAt, durationMs: 0, detail: 'uefi-x64' },
    { stage: 'loader', startedAt: at(1000), endedAt: at(2000), durationMs: 1000, detail, sizeBytes: 230_000 },
    { stage: 'kernel', startedAt: at(kernelAfterMs), durationMs: 1000, detail, sizeBytes: 7_000_000 },
  ];
  const event = { time: at(1000), type: 'tftp.done', mac, ip: '192.168.1.60', detail: { path: detail } };
  return JSON.stringify({
    ...{ mac, outcome: finding === undefined ? 'booted' : 'failed', machineName, firmware: 'uefi-x64' },
    ...{ startedAt, lastEventAt: at(kernelAfterMs + 1000), current: 'kernel', isDone: false, stages },
    eventCount: 1,
    ...(finding === undefined
      ? {}
      : {
          findings: [
            {
              ...{ id: 'kernel-not-requested', severity: 'error', title: finding, cause: finding },
              evidence: [{ source: finding, text: finding }],
              mends: [
                { kind: 'words', text: finding },
                { kind: 'command', command: finding },
              ],
              codes: [finding],
            },
          ],
          events: [event],
        }),
  });
}
