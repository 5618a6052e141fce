import { askControl } from '../../control/control-client.ts';
import { powerPlace } from '../../engine/power-place.ts';
import { loadProject, type Project } from '../../engine/project.ts';
import { readLiveSession } from '../../engine/session-record.ts';
import {
  runInstalls,
  STARTS_AT_ONCE,
  startInstalls,
  type InstallJob,
  type InstallParts,
} from '../../machines/install-run.ts';
import { installables, refuseWhileInstalling } from '../../machines/installables.ts';
import { meantInstalls } from '../../machines/meant-installs.ts';
import { recordDisarm } from '../../machines/record-orders.ts';
import { restartFromNetwork } from '../../machines/power/switch-power.ts';
import { openMachineStates } from '../../machines/machine-states.ts';
import { engineError, messageOf } from '../../model/errors.ts';
import { findMachines } from '../../model/find-machines.ts';
import { machinesByKey } from '../../model/machine-key.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import { tellSeeds } from '../install-seeds.ts';
import { withInstallableNames } from '../machines/installable-names.ts';
import type { SelectionOptions } from '../machines/selection.ts';
import { armWarning } from '../machines/set-armed.ts';
import { userName } from '../machines/user-name.ts';
import { formatLocalTime } from '../../model/units.ts';
import { endJson, endText } from './tell-ends.ts';
import { tellOrder } from './tell-order.ts';
import { tellProgress } from './tell-progress.ts';

export interface InstallOptions extends SelectionOptions {
  readonly wait?: boolean;
  readonly parallel?: number;
  readonly timeout: number;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** `pxectl install NAME…`: arm, start, and with --wait follow to the end. */
export async function installMachines(asked: CommandContext<InstallOptions>): Promise<number> {
  const context = await withInstallableNames(asked);
  const { output, options, args, signal } = context;
  const project = await loadProject(requestedConfigPath(options));
  const machines = installables(project, args, 'arm', false);
  if (options.dryRun === true) return tellOrder(project, machines, context);
  for (const machine of machines) refuseWhileInstalling(machine);
  const session = await readLiveSession(project.layout);
  if (session === undefined) {
    throw engineError('E_NOT_RUNNING', {
      what: 'pxectl is not up here: nobody would answer a machine that boots',
      next: 'pxectl up --detach, then the same command again',
    });
  }
  await tellSeeds(project, findMachines(project.config, args), { output, isRefused: true });
  const names = machines.map(({ name }) => name);
  const isAsked = { isYes: options.yes === true, isJson: options.json === true };
  await confirm({ ...context, ...isAsked, what: armWarning(names, false) });

  const say = (job: InstallJob, text: string): void =>
    output.progress(`${formatLocalTime(new Date().toISOString()).slice(11)}  ${job.name}: ${text}`);
  const parts = partsOf(project, session.process.pid, { say, signal });
  if (options.wait !== true) {
    const ends = await startInstalls(machines, options.parallel ?? STARTS_AT_ONCE, parts);
    output.progress('pxectl machines shows how far they are, pxectl install --wait follows to the end');
    if (options.json)
      output.json({
        schema: 'pxectl.install/1',
        machines: machines.map((job) => endJson(job, ends.get(job.key))),
      });
    return ends.size === 0 ? EXIT.ok : EXIT.failure;
  }
  const following = new AbortController();
  const told = tellProgress(project.layout, machines, { say, signal: following.signal });
  const ends = await runInstalls(
    machines,
    { parallel: options.parallel ?? machines.length, timeoutMs: options.timeout, signal },
    parts,
  );
  following.abort();
  await told;
  for (const job of machines) say(job, endText(job, ends.get(job.key)));
  const left = machines.filter(({ key }) => ends.get(key)?.kind !== 'installed');
  output.progress(`${machines.length - left.length} of ${machines.length} installed`);
  if (options.json) {
    output.json({
      schema: 'pxectl.install/1',
      machines: machines.map((job) => endJson(job, ends.get(job.key))),
    });
  }
  if (left.length === 0) return EXIT.ok;
  return signal.aborted ? EXIT.interrupted : EXIT.failure;
}

function partsOf(
  { config, layout }: Project,
  pid: number,
  { say, signal }: { readonly say: InstallParts['say']; readonly signal: AbortSignal },
): InstallParts {
  const question = { layout, pid, command: 'pxectl install' };
  const states = openMachineStates(layout);
  const machineOf = machinesByKey(config.machines);
  return {
    say,
    async arm(jobs) {
      const keys = jobs.map(({ key }) => key);
      const means = meantInstalls(keys.flatMap((key) => machineOf.get(key) ?? []));
      const order = { machines: keys, by: userName(), isAlways: false, means };
      const { machines } = await askControl('arm', order, question);
      const unserved = machines.filter(({ isServed }) => !isServed).map(({ name }) => name);
      if (unserved.length === 0) return;
      await askControl('disarm', { machines: order.machines }, question);
      throw engineError('E_CONTROL', {
        what: `${unserved.join(', ')}: the running pxectl does not know its install`,
        why: 'pxectl.yaml was changed since it read it',
        next: 'pxectl reload, then the same command again',
      });
    },
    async disarm(jobs) {
      try {
        await askControl('disarm', { machines: jobs.map(({ key }) => key) }, question);
      } catch (error) {
        // it is on the disk all the same: no pxectl that starts later serves these
        await recordDisarm(layout, jobs);
        for (const job of jobs)
          say(job, `disarmed on disk; the running pxectl has not confirmed it: ${messageOf(error)}`);
      }
    },
    async start(job) {
      return restartFromNetwork(machineOf.get(job.key) ?? {}, { ...powerPlace({ config, layout }), signal });
    },
    states: async () => (await states.known()).installs,
  };
}
