import { dirname } from 'node:path';
import { judgeSeeds, refuseBrokenSeeds } from '../engine/machine-seeds.ts';
import { powerPlace } from '../engine/power-place.ts';
import { loadProject } from '../engine/project.ts';
import type { Session } from '../engine/session.ts';
import { isOpenSeed } from '../machines/config-file/seed-path.ts';
import { adoptMachines, planAdoption } from '../machines/adopt-machines.ts';
import { alreadyInstalling, installables } from '../machines/installables.ts';
import { STARTS_AT_ONCE, startInstalls, type InstallJob } from '../machines/install-run.ts';
import { newLogins } from '../machines/power/new-logins.ts';
import { restartFromNetwork, type PowerPlace } from '../machines/power/switch-power.ts';
import { switchEach } from '../machines/power/switch-each.ts';
import { armedAmong } from '../machines/record-orders.ts';
import { planSet, setMachines } from '../machines/set-machines.ts';
import type { Config, Machine } from '../model/config.ts';
import { messageOf, usageError } from '../model/errors.ts';
import { findMachines } from '../model/find-machines.ts';
import { machineKey, machinesByKey, type MachineIdentity, type MachineKey } from '../model/machine-key.ts';
import { Turns } from '../platform/turns.ts';
import type { ControlHandlers, ReplyOf } from './api.ts';

export interface SessionChangesOptions {
  readonly session: Session;
  /** reads the configuration again; rejects with why it is not used */
  readonly reload: () => Promise<unknown>;
  /** ends what still goes on when the session stops */
  readonly signal: AbortSignal;
}

export type SessionChanges = Pick<ControlHandlers, 'adopt' | 'set' | 'install' | 'power'>;

/** What can be done with the machines of a session: as the commands of these names do it, with the same checks. */
export function sessionChanges(options: SessionChangesOptions): SessionChanges {
  const { session, signal } = options;
  const { configPath, layout } = session.project;
  // each changes the file as the one before has left it, and what is in force with it
  const turns = new Turns();
  const place = (): PowerPlace => ({
    ...powerPlace({ config: session.context.config, layout }),
    signal,
  });
  /** machines that are being armed and made to boot */
  const starting = new Set<MachineKey>();
  const served = (names: readonly string[]): readonly Machine[] =>
    findMachines(session.context.config, names);

  const inForce = async (
    machines: readonly (MachineIdentity & { readonly name: string })[],
    diff: string,
  ): Promise<ReplyOf<'adopt'>> => {
    const named = machines.map((machine) => ({ name: machine.name, key: machineKey(machine) }));
    const refused = diff === '' ? undefined : await options.reload().then(() => undefined, messageOf);
    return { machines: named, diff, isInForce: refused === undefined, refused: refused ?? null };
  };

  /** An order is for the machine that it was given for. */
  const dropOrders = async (machines: Parameters<typeof armedAmong>[1]): Promise<void> => {
    const keys = (await armedAmong(layout, machines)).map(({ key }) => key);
    if (keys.length > 0) await session.disarm(keys);
  };

  const tellPower = (machine: Pick<Machine, 'name' | 'mac'>, message: string, reason?: string): void =>
    session.emit({
      type: 'machine.power',
      ...(machine.mac === undefined ? {} : { mac: machine.mac }),
      detail: { machine: machine.name, message, ...(reason === undefined ? {} : { reason }) },
    });

  return {
    adopt: ({ macs, name, profile, image }) =>
      turns.take(async () => {
        const { config } = await loadProject(configPath);
        const keys = {
          ...(profile === undefined ? {} : { profile }),
          ...(image === undefined ? {} : { image }),
        };
        const machines = planAdoption({
          ...{ configPath, config, macs, name, keys },
          seen: session.seenMachines(),
        });
        if (machines.length === 0) return inForce([], '');
        const { diff } = await adoptMachines(configPath, machines, false);
        await dropOrders(machines);
        return inForce(machines, diff);
      }),
    set: ({ machines: names, values }) =>
      turns.take(async () => {
        const { config } = await loadProject(configPath);
        const from = dirname(configPath);
        const plan = await planSet({
          configPath,
          machines: findMachines(config, names),
          words: values,
          from,
        });
        refuseSeedsElsewhere(plan, from);
        await refuseNewLogins(config, configPath, plan);
        const { diff } = await setMachines(configPath, plan, false);
        await dropOrders(plan.renumbered);
        return inForce(plan.machines, diff);
      }),
    install: async ({ machines: names, by }) => {
      const { config } = session.context;
      const jobs = installables({ config, configPath }, names, 'arm', false);
      refuseBrokenSeeds(await judgeSeeds({ config, configPath, layout }, served(names)));
      const machineOf = machinesByKey(config.machines);
      const whose = (job: InstallJob): Pick<Machine, 'name' | 'mac'> => machineOf.get(job.key) ?? job;
      for (const machine of served(names)) refuseSecondInstall(machine, starting.has(machineKey(machine)));
      for (const { key } of jobs) starting.add(key);
      await new Promise<void>((resolve, reject) => {
        startInstalls(jobs, STARTS_AT_ONCE, {
          arm: async (some) => {
            await session.arm(
              some.map(({ key }) => key),
              { by, isAlways: false },
            );
            resolve();
          },
          disarm: (some) => session.disarm(some.map(({ key }) => key)),
          start: (job) => restartFromNetwork(machineOf.get(job.key) ?? {}, place()),
          say: (job, text) => tellPower(whose(job), text),
        })
          .catch((error: unknown) => {
            reject(error instanceof Error ? error : new Error(String(error)));
            // what failed later has nobody who waits for it
            session.emit({ type: 'engine.warning', detail: { message: `install: ${messageOf(error)}` } });
          })
          .finally(() => {
            for (const { key } of jobs) starting.delete(key);
          });
      });
      return { machines: jobs.map(({ name, key }) => ({ name, key })) };
    },
    power: async ({ machines: names, verb }) => {
      const machines = served(names);
      const ends = await switchEach(machines, verb, place(), ({ name, state, error, finding }) => {
        const machine = machines.find((one) => one.name === name) ?? { name };
        // asking changes nothing that others should hear of
        if (verb !== 'state') tellPower(machine, error ?? `power ${verb}: ${state}`, finding ?? undefined);
      });
      return { verb, machines: [...ends] };
    },
  };
}

/** Who may ask need not be who may have a password told to somebody new. */
async function refuseNewLogins(
  config: Config,
  configPath: string,
  plan: Awaited<ReturnType<typeof planSet>>,
): Promise<void> {
  if (plan.assignments.every(({ path: [key] }) => key !== 'power' && key !== 'profile')) return;
  const { text } = await setMachines(configPath, plan, true);
  const [first] = newLogins(config, configPath, text);
  if (first === undefined) return;
  throw usageError({
    what: `nothing is set: ${first}`,
    why: 'a running pxectl sends passwords where its configuration has sent them already',
    next: 'pxectl machines set on this computer, then pxectl reload',
  });
}

/** Who may ask this process, which may be root, need not be who may have any file of this computer given out. */
function refuseSeedsElsewhere({ assignments }: Awaited<ReturnType<typeof planSet>>, folder: string): void {
  const seed = assignments.find(({ path }) => path.join('.') === 'install.seed')?.value;
  if (typeof seed !== 'string' || isOpenSeed(seed, folder)) return;
  throw usageError({
    what: `the seed ${seed} is not in ${folder}, or is hidden there`,
    why: 'a running pxectl takes seeds beside its configuration alone',
    next: `copy it there, or: pxectl machines set NAME install.seed=${seed}`,
  });
}

/** Two may look at one page: what the first has ordered, the second does not cut off. */
function refuseSecondInstall({ name, installState: state }: Machine, isStarting: boolean): void {
  if (state?.kind === 'armed') throw alreadyInstalling(name, `armed by ${state.by} at ${state.at}`);
  if (state?.kind === 'installing') throw alreadyInstalling(name, `since ${state.since}`);
  if (isStarting) throw alreadyInstalling(name, 'somebody has just ordered it');
}
