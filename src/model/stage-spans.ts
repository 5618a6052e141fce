import type { BootStage, BootTrace } from './boot-trace.ts';

/** How long a boot was in a stage: until the next one began, what it waited for included. */
export interface StageSpan {
  readonly stage: BootStage;
  readonly spanMs: number;
}

/** The spans of one boot; the last stage counts to its last sign. */
export function stageSpans({ stages }: Pick<BootTrace, 'stages'>): readonly StageSpan[] {
  return stages.flatMap(({ stage, startedAt, durationMs }, index) => {
    const next = stages[index + 1];
    const spanMs =
      next === undefined ? (durationMs ?? 0) : Date.parse(next.startedAt) - Date.parse(startedAt);
    // the end of a boot has no length; engines tell some transfers when they are over, so stages can overlap
    return stage === 'done' || !Number.isFinite(spanMs) ? [] : [{ stage, spanMs: Math.max(0, spanMs) }];
  });
}

/** From the first sign of a boot to its last. */
export const bootDurationMs = ({
  startedAt,
  lastEventAt,
}: Pick<BootTrace, 'startedAt' | 'lastEventAt'>): number =>
  Math.max(0, Date.parse(lastEventAt) - Date.parse(startedAt));
