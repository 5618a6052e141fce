import type { BootEvent } from '../model/boot-event.ts';
import type { BootStage } from '../model/boot-trace.ts';
import type { EngineChoice } from '../model/config.ts';
import type { ToldFinding } from '../doctor/mend/fix-steps.ts';
import type { MacAddress } from '../protocol/addresses.ts';
import type { LabFirmware } from './lab-firmware.ts';

/** The stages of a boot as the lab sees them: those of any boot, the power switch, and the kernel on the serial port. */
export type LabStage = 'power-on' | 'kernel-up' | BootStage;

/** What a run must see before it is good. */
export type LabGoal = 'kernel-up' | 'root-image' | 'install-seed' | 'install-report' | 'login';

export interface LabStageRecord {
  readonly stage: LabStage;
  /** since the machine was switched on */
  readonly startMs: number;
  /** of its last sign so far */
  readonly endMs: number;
  readonly detail: string;
  readonly sizeBytes?: number;
}

export interface LabFailure {
  /** the last stage that was reached */
  readonly stage: LabStage;
  /** one line: what did not happen */
  readonly why: string;
  /** what the firmware or the loader said that sounds like an error, for example its PXE-Exx line */
  readonly firmwareSays: readonly string[];
  readonly lastSerialLines: readonly string[];
  readonly lastEvents: readonly BootEvent[];
  readonly findings: readonly ToldFinding[];
}

/** What `pxectl lab run --json` prints. */
export interface LabReport {
  readonly schema: 'pxectl.lab/1';
  readonly ok: boolean;
  /** what this run had to see: `ok` says nothing about the rest */
  readonly goals: readonly LabGoal[];
  readonly firmware: LabFirmware;
  /** as chosen with --loader or by the configuration */
  readonly loader: string;
  readonly engine: EngineChoice | 'other';
  readonly mode: string;
  readonly image: string;
  readonly mac: MacAddress;
  readonly accelerator: 'tcg';
  /** what a reader must know to judge the times */
  readonly notes: readonly string[];
  readonly stages: readonly LabStageRecord[];
  readonly totalMs: number;
  readonly failure?: LabFailure;
  readonly screenshot?: string;
  /** where logs, events and the capture are; absent when they were removed */
  readonly folder?: string;
}
