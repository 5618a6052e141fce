import type { InstallEnd, InstallJob } from '../../machines/install-run.ts';
import { namedByKey } from '../../model/machine-key.ts';

/** What became of it, and what to do where that is not what was wanted. */
export function endText({ name }: InstallJob, end: InstallEnd | undefined): string {
  switch (end?.kind) {
    case 'installed':
      return 'installed';
    case 'failed':
      return `its installer says that it failed: ${end.why}`;
    case 'not-started':
      return `not started: ${end.why}`;
    case 'unreported':
      return 'installed or not? it never reported; pxectl doctor install-never-reported';
    case 'withdrawn':
      return 'somebody has disarmed it';
    case 'late':
      return end.isInstalling
        ? 'its time is up, and it still installs; pxectl machines shows when it reports'
        : `its time is up, and no boot of it has fetched the seed: it is disarmed; pxectl machines show ${name}`;
    case 'stopped':
      return end.isInstalling ? 'goes on installing by itself' : 'is disarmed: it had not begun';
    case undefined:
      return 'nothing is known';
  }
}

/** Of one machine, for `--json`. */
export const endJson = (job: InstallJob, end?: InstallEnd) => ({
  ...namedByKey(job),
  end: end?.kind ?? null,
  why: end !== undefined && 'why' in end ? end.why : null,
});
