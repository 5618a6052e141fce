import { bootDurationMs } from '../model/stage-spans.ts';
import type { RecordedBoot } from './boot-record.ts';

/** What every JSON of a boot begins with, its stages and findings aside. */
export function bootFacts(boot: RecordedBoot) {
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
  };
}
