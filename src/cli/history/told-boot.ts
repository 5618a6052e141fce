import type { ComparedStage } from '../../model/stage-past.ts';
import { bootDurationMs } from '../../model/stage-spans.ts';
import type { RecordedBoot } from '../../watch/boot-record.ts';

/** A boot as `--json` tells it: findings by their ids, and each stage beside what is usual. */
export function toldBoot(boot: RecordedBoot, compared: readonly ComparedStage[]) {
  const byStage = new Map(compared.map((one) => [one.stage, one]));
  return {
    id: boot.id,
    mac: boot.mac,
    machine: boot.machineName ?? null,
    firmware: boot.firmware ?? null,
    ip: boot.ip ?? null,
    startedAt: boot.startedAt,
    lastEventAt: boot.lastEventAt,
    durationMs: bootDurationMs(boot),
    outcome: boot.outcome,
    stage: boot.current,
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
