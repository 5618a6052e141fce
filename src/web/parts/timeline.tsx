import type { JSX } from 'preact';
import type { WholeBootReply } from '../../control/schemas/boots.ts';
import { formatBytes, formatDuration } from '../../model/units.ts';
import { Elapsed } from './small.tsx';

/** Even the shortest stage can be seen. */
const LEAST_SHARE = 0.4;

/** The stages of a boot, each beside what is usual for it. */
export function Timeline({ boot }: { readonly boot: WholeBootReply }): JSX.Element {
  const startMs = Date.parse(boot.startedAt);
  // what is usual for the stage under way is to be seen, too
  const wholeMs = Math.max(
    1,
    boot.durationMs,
    ...boot.stages.map((stage) => Date.parse(stage.startedAt) - startMs + (usualOf(stage) ?? 0)),
  );
  const share = (ms: number): number => Math.min(100, Math.max(0, (ms / wholeMs) * 100));
  return (
    <ol class="timeline">
      {boot.stages.map((stage, index) => {
        const { spanMs, ownMedianMs, fleetMedianMs, isSlow, sizeBytes, bytesPerSecond } = stage;
        const afterMs = Date.parse(stage.startedAt) - startMs;
        const usualMs = usualOf(stage);
        const isUnderWay = boot.outcome === 'running' && index === boot.stages.length - 1;
        const left = share(afterMs);
        return (
          <li key={stage.stage} class={isSlow ? 'slow' : undefined}>
            <strong>{stage.stage}</strong>
            <span class="took">
              {isUnderWay ? (
                <Elapsed since={stage.startedAt} />
              ) : spanMs === null ? (
                ''
              ) : (
                formatDuration(spanMs)
              )}
              {isSlow && ' (slow)'}
            </span>
            <span class="usual">
              {ownMedianMs !== null && `usually ${formatDuration(ownMedianMs)}`}
              {ownMedianMs !== null && fleetMedianMs !== null && ', '}
              {fleetMedianMs !== null && `all machines ${formatDuration(fleetMedianMs)}`}
            </span>
            <span class="bar" aria-hidden="true">
              <span
                class="span"
                style={{
                  left: `${left}%`,
                  width: `${Math.min(100 - left, Math.max(LEAST_SHARE, share(spanMs ?? 0)))}%`,
                }}
              />
              {usualMs !== undefined && (
                <span class="mark" style={{ left: `${Math.min(99.6, share(afterMs + usualMs))}%` }} />
              )}
            </span>
            <span class="detail">
              {stage.detail}
              {sizeBytes !== null && ` · ${formatBytes(sizeBytes)}`}
              {bytesPerSecond !== null && ` · ${formatBytes(bytesPerSecond)}/s`}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

const usualOf = ({
  ownMedianMs,
  fleetMedianMs,
}: Pick<WholeBootReply['stages'][number], 'ownMedianMs' | 'fleetMedianMs'>): number | undefined =>
  ownMedianMs ?? fleetMedianMs ?? undefined;
