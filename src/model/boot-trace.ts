import type { Ipv4Address, MacAddress } from '../protocol/addresses.ts';
import type { BootEvent } from './boot-event.ts';
import type { Finding } from './finding.ts';
import type { Firmware } from './firmware.ts';

/** The stages of one boot, in order. DESIGN §3. */
export const BOOT_STAGES = [
  'discover',
  'offer',
  'loader',
  'boot-config',
  'kernel',
  'initrd',
  'root-image',
  'install-seed',
  'installing',
  'done',
] as const;

export type BootStage = (typeof BOOT_STAGES)[number];

export interface StageRecord {
  readonly stage: BootStage;
  /** ISO 8601 */
  readonly startedAt: string;
  /** absent while the stage is under way */
  readonly endedAt?: string;
  readonly durationMs?: number;
  /** what was transferred or said, one line */
  readonly detail: string;
  readonly sizeBytes?: number;
}

/** The events of one boot of one machine. */
export interface BootTrace {
  readonly mac: MacAddress;
  readonly ip?: Ipv4Address;
  readonly firmware?: Firmware;
  readonly machineName?: string;
  /** its machine is armed: the installer will ask for a seed */
  readonly isUnattended?: boolean;
  readonly startedAt: string;
  readonly lastEventAt: string;
  readonly stages: readonly StageRecord[];
  readonly current: BootStage;
  readonly isDone: boolean;
  /** what doctor says when the boot stands still */
  readonly findings: readonly Finding[];
  readonly events: readonly BootEvent[];
}
