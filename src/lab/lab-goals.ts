import { fileOf, type ImageManifest } from '../model/image.ts';
import type { BootTimeline } from './boot-timeline.ts';
import type { LabGoal } from './lab-report.ts';

/** What the boot of an image must be seen to do; `sizeBytes` is that of its root image. */
export interface LabGoals {
  readonly goals: readonly LabGoal[];
  readonly rootImageBytes: number;
}

/**
 * @param isPxectl false: another boot server, which tells nothing of what it sends
 * @param isInstall an installation is followed to the login prompt of what it installed
 */
export function goalsOf(image: ImageManifest, isPxectl: boolean, isInstall = false): LabGoals {
  if (!isPxectl) return { goals: ['kernel-up'], rootImageBytes: 0 };
  const isNamed =
    image.boot.seedFormat === 'none' || image.boot.arguments.some((argument) => argument.includes('{root}'));
  const root = isNamed ? fileOf(image, 'root-image') : undefined;
  const goals: LabGoal[] = ['kernel-up'];
  if (root !== undefined) goals.push('root-image');
  if (image.boot.seedFormat !== 'none') goals.push('install-seed');
  if (isInstall) goals.push('install-report', 'login');
  return { goals, rootImageBytes: root?.sizeBytes ?? 0 };
}

type Seen = Pick<
  BootTimeline,
  'isKernelUp' | 'isSeedRequested' | 'rootImageBytes' | 'isReported' | 'isAtLogin'
>;

/** The first goal that was not reached yet; undefined when all were. */
export function missingGoal({ goals, rootImageBytes }: LabGoals, seen: Seen): LabGoal | undefined {
  const isReached: Readonly<Record<LabGoal, boolean>> = {
    'kernel-up': seen.isKernelUp,
    'root-image': seen.rootImageBytes >= rootImageBytes,
    'install-seed': seen.isSeedRequested,
    'install-report': seen.isReported,
    login: seen.isAtLogin,
  };
  return goals.find((goal) => !isReached[goal]);
}
