import type { InstallJob } from '../../machines/install-run.ts';
import type { BootEvent } from '../../model/boot-event.ts';
import { printable } from '../../model/printable.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { followEvents } from '../../watch/read-events.ts';

export interface ProgressTeller {
  readonly say: (job: InstallJob, text: string) => void;
  readonly signal: AbortSignal;
}

/** Tells what these machines do on their way, as it happens, until the signal comes. */
export async function tellProgress(
  layout: Pick<StateLayout, 'events'>,
  jobs: readonly InstallJob[],
  { say, signal }: ProgressTeller,
): Promise<void> {
  const jobOf = new Map<unknown, InstallJob>(jobs.map((job) => [job.name, job]));
  const last = new Map<InstallJob, string>();
  for await (const event of followEvents(layout.events, { fromStart: false, signal })) {
    const job = jobOf.get(event.detail['machine']);
    const text = stepOf(event);
    if (job === undefined || text === undefined || last.get(job) === text) continue;
    last.set(job, text);
    say(job, printable(text));
  }
}

function stepOf({ type, detail }: BootEvent): string | undefined {
  if (type === 'machine.state' && detail['to'] === 'booting') return 'boots from the network';
  if (type === 'install.progress') return String(detail['message'] ?? '');
  return type === 'seed.refused' ? `its seed was refused: ${String(detail['message'] ?? '')}` : undefined;
}
