import type { ComparedStage } from '../../model/stage-past.ts';
import { bootFacts } from '../../watch/boot-facts.ts';
import type { RecordedBoot } from '../../watch/boot-record.ts';

/** A boot as `--json` tells it: findings by their ids, and each stage beside what is usual. */
export function toldBoot(boot: RecordedBoot, compared: readonly ComparedStage[]) {
  const byStage = new Map(compared.map((one) => [one.stage, one]));
  return {
    ...bootFacts(boot),
    findings: boot.findings.map(({ id }) => id),
    stages: boot.stages.map(({ stage, startedAt, detail, sizeBytes }) => {
      const one = byStage.get(stage);
      return {
        stage,
        startedAt,
        detail,
        sizeBytes: sizeBytes ?? null,
        spanMs: one?.spanMs ?? null,
        ownMedianMs: one?.ownMedianMs ?? null,
        fleetMedianMs: one?.fleetMedianMs ?? null,
        isSlow: one?.isSlow ?? false,
      };
    }),
  };
}
