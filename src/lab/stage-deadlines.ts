import type { BootTimeline } from './boot-timeline.ts';
import type { LabGoal, LabStage } from './lab-report.ts';

interface StageDeadline {
  /** longest silence after this stage's last sign; about three times what a busy machine was seen to need */
  readonly silenceMs: number;
  /** what is missing when the boot stands still after this stage */
  readonly missing: string;
}

const DEADLINES: Readonly<Record<LabStage, StageDeadline>> = {
  'power-on': { silenceMs: 120_000, missing: 'the firmware never asked DHCP for a boot server' },
  discover: {
    silenceMs: 60_000,
    missing: 'the boot server saw the machine ask, but did not make it an offer',
  },
  offer: { silenceMs: 60_000, missing: 'the machine got its offer, but never fetched its loader' },
  loader: { silenceMs: 90_000, missing: 'the loader was fetched, but never asked for its configuration' },
  'boot-config': { silenceMs: 90_000, missing: 'the loader has its configuration, but fetches no kernel' },
  kernel: { silenceMs: 120_000, missing: 'the kernel was fetched, but no initrd after it' },
  initrd: { silenceMs: 120_000, missing: 'kernel and initrd were fetched, but the kernel says nothing' },
  'kernel-up': { silenceMs: 200_000, missing: 'the kernel runs, but nothing was asked for since' },
  'root-image': { silenceMs: 200_000, missing: 'the root image was asked for, and nothing after it' },
  'install-seed': {
    silenceMs: 120_000,
    missing: 'the installer has its seed, but the kernel was never heard',
  },
  installing: { silenceMs: 600_000, missing: 'the installer reports nothing more' },
  done: { silenceMs: 600_000, missing: 'nothing' },
};

/** What the system that runs now did not do, whatever it did before. */
const MISSING_GOAL: Readonly<Partial<Record<LabGoal, StageDeadline>>> = {
  // a big file is one request, and nothing is heard until it is there
  'root-image': { silenceMs: 600_000, missing: 'the kernel runs, but its root image was not loaded whole' },
  'install-seed': {
    silenceMs: 200_000,
    missing: 'the kernel runs, but the installer never asked for its seed',
  },
  // an emulated installer that copies packages tells nothing for very long
  'install-report': {
    silenceMs: 5_400_000,
    missing: 'the installer has its seed, but never reported that it is done',
  },
  login: {
    silenceMs: 900_000,
    missing:
      'the machine reported that it is installed, but its disk shows no login prompt on the serial port (console=ttyS0)',
  },
};

/** After an error on the screen firmware may try its next way; if it has none, waiting longer is of no use. */
const SILENCE_AFTER_COMPLAINT_MS = 30_000;

/** One line when the boot stands still for longer than its stage may take, or for ever; undefined while there is hope. */
export function whyStandingStill(
  timeline: Pick<BootTimeline, 'current' | 'lastSignMs' | 'complainedAtMs' | 'isKernelUp' | 'panic'>,
  sincePowerOnMs: number,
  missingGoal?: LabGoal,
): string | undefined {
  const { stage } = timeline.current;
  if (timeline.panic !== undefined) return `the kernel has stopped after ${stage}: ${timeline.panic}`;
  const goal = timeline.isKernelUp && missingGoal !== undefined ? MISSING_GOAL[missingGoal] : undefined;
  const { silenceMs, missing } = goal ?? DEADLINES[stage];
  const { complainedAtMs, lastSignMs } = timeline;
  const silentMs = sincePowerOnMs - lastSignMs;
  const isHopeless =
    complainedAtMs !== undefined &&
    !timeline.isKernelUp &&
    sincePowerOnMs - Math.max(complainedAtMs, lastSignMs) > SILENCE_AFTER_COMPLAINT_MS;
  if (silentMs <= silenceMs && !isHopeless) return undefined;
  return `stands still after ${stage} for ${Math.round(silentMs / 1000)} s: ${missing}`;
}
