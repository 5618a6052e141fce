import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplyOf } from '../../control/api.ts';
import { askControl } from '../../control/control-client.ts';
import { findConfig, loadProject } from '../../engine/project.ts';
import { readLiveSession, type SessionRecord } from '../../engine/session-record.ts';
import { installables, type Installable } from '../../machines/installables.ts';
import { meantInstalls, type MeantInstall } from '../../machines/meant-installs.ts';
import { recordArm, recordDisarm } from '../../machines/record-orders.ts';
import { engineError, messageOf, PxectlError, systemCodeOf } from '../../model/errors.ts';
import { findMachines } from '../../model/find-machines.ts';
import { namedByKey } from '../../model/machine-key.ts';
import { layoutBeside, type StateLayout } from '../../model/state-layout.ts';
import { isSameProcessAlive } from '../../platform/process-identity.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { tellSeeds } from '../install-seeds.ts';
import { EXIT } from '../exit-codes.ts';
import { formatLocalTime } from '../../model/units.ts';
import { userName } from './user-name.ts';

type Verb = 'arm' | 'disarm';

export interface SetArmedOptions {
  readonly dryRun?: boolean;
  /** with `arm`: do not ask */
  readonly yes?: boolean;
  /** with `arm`: for every boot */
  readonly always?: boolean;
}

/** `pxectl machines arm NAME…` and `disarm NAME…`: all of them, or none; in the words of the running pxectl. */
export async function setArmedByUser(context: CommandContext<SetArmedOptions>, verb: Verb): Promise<number> {
  const { output, options, args } = context;
  const requested = requestedConfigPath(options);
  const configPath = await findConfig(requested, process.cwd());
  const session = configPath === undefined ? undefined : await readLiveSession(layoutBeside(configPath));
  const inFile = await loadProject(requested).then(
    async (project) => {
      const machines = installables(project, args, verb, options.always === true);
      if (verb === 'arm') {
        const seeds = findMachines(project.config, args);
        await tellSeeds(project, seeds, { output, isRefused: true });
      }
      return { machines, config: project.config };
    },
    (error: unknown) => {
      // a half edited file must not keep a running pxectl armed: it knows the names itself
      if (verb === 'arm' || session === undefined) throw error;
      output.warn(`${messageOf(error)}; the running pxectl is asked all the same`);
      return undefined;
    },
  );
  const machines = inFile?.machines;
  const layout = layoutBeside(configPath ?? '');
  const names = machines?.map(({ key }) => key) ?? args;
  if (options.dryRun) {
    for (const { name, key } of machines ?? []) {
      if (!options.json) output.data(`would ${verb} ${name} (${key})`);
    }
    return tell(context, verb, { changed: false, machines: machines ?? [] });
  }
  if (verb === 'arm') {
    for (const { name, installingSince: since } of machines ?? []) {
      if (since === undefined) continue;
      output.warn(
        `${name} is installing now, since ${formatLocalTime(since)}: that boot goes on, and this order is for the one after it`,
      );
    }
    const asked = { isYes: options.yes === true, isJson: options.json === true };
    const who = (machines ?? []).map(({ name }) => name);
    await confirm({ ...context, ...asked, what: armWarning(who, options.always === true) });
  }
  const record = async (): Promise<number> => {
    if (verb === 'disarm') await recordDisarm(layout, machines ?? []);
    else if (inFile !== undefined) {
      const order = { by: userName(), isAlways: options.always === true };
      await recordArm(
        layout,
        inFile.config,
        inFile.machines.map(({ key }) => key),
        order,
      );
    }
    sayHeld(context, verb, machines ?? []);
    return tell(context, verb, { changed: true, machines: machines ?? [] });
  };
  if (session === undefined) return record();
  const held = await askSession(session, {
    ...{ layout, verb, names, words: args, machines: machines ?? [], isAlways: options.always === true },
    ...{ means: inFile === undefined ? [] : meantInstalls(findMachines(inFile.config, names)) },
  });
  // it was just stopping: what is on the disk counts now
  if (held === undefined) return record();
  const told = held.map((machine) => {
    return { ...machine, ...machines?.find(({ key }) => key === machine.key) };
  });
  const others = told.filter(({ isArmed }) => isArmed !== (verb === 'arm')).map(({ name }) => name);
  if (others.length > 0) {
    throw engineError('E_CONTROL', {
      what: `${others.join(', ')}: the running pxectl was asked to ${verb}, and has not`,
      why: 'another command came in between',
      next: 'pxectl machines shows what holds',
    });
  }
  sayHeld(context, verb, told);
  return tell(context, verb, { changed: true, machines: told, confirmedBy: session.process.pid });
}

/** What an order to install means, before it is given. */
export function armWarning(names: readonly string[], isAlways: boolean): string {
  const boot = isAlways ? 'EVERY network boot' : 'the next network boot';
  const who =
    names.length > 10 ? `${names.slice(0, 10).join(', ')} and ${names.length - 10} more` : names.join(', ');
  return `${boot} of ${who} installs unattended and may wipe the disk`;
}

interface Question {
  readonly layout: StateLayout;
  readonly verb: Verb;
  readonly names: readonly string[];
  readonly isAlways: boolean;
  /** as they were typed */
  readonly words: readonly string[];
  readonly machines: readonly Installable[];
  readonly means: readonly MeantInstall[];
}

/** A pxectl that stops waits for its engine. */
const STOPPING_MS = 5_000;

/**
 * What the running pxectl has confirmed; undefined when it has ended, and no other is up.
 * @throws PxectlError E_CONTROL when it has confirmed nothing: a disarm is written down all the same, an arm is not
 */
async function askSession(
  { process }: SessionRecord,
  { layout, verb, names, words, machines, isAlways, means }: Question,
): Promise<ReplyOf<Verb>['machines'] | undefined> {
  const command = `pxectl machines ${verb} ${words.join(' ')}`;
  const { pid } = process;
  try {
    const question = { layout, pid, command };
    if (verb === 'disarm') return (await askControl(verb, { machines: [...names] }, question)).machines;
    const order = { machines: [...names], by: userName(), isAlways, means: [...means] };
    return (await askControl(verb, order, question)).machines;
  } catch (error) {
    if (!(error instanceof PxectlError) || error.code !== 'E_CONTROL') throw error;
    // at once: a machine may ask while this waits
    if (verb === 'disarm') await recordDisarm(layout, machines);
    if (isHungUp(error) && (await hasEnded(process)) && (await readLiveSession(layout)) === undefined) {
      return undefined;
    }
    if (verb === 'arm') throw error;
    const recorded = machines.length > 0 ? 'disarmed on disk, but' : 'not disarmed:';
    throw engineError('E_CONTROL', {
      what: `${words.join(', ')}: ${recorded} the running pxectl (pid ${pid}) has not confirmed it`,
      why: `${error.message}: a machine that boots now may still install`,
      next: 'pxectl down, then pxectl up',
      cause: error,
    });
  }
}

/** Nobody listens any more, which is not to say that it hangs. */
function isHungUp({ cause }: PxectlError): boolean {
  return ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(systemCodeOf(cause) ?? '');
}

async function hasEnded(process: SessionRecord['process']): Promise<boolean> {
  const deadline = Date.now() + STOPPING_MS;
  while (await isSameProcessAlive(process)) {
    if (Date.now() > deadline) return false;
    await sleep(100);
  }
  return true;
}

function sayHeld(
  { output, options }: CommandContext<SetArmedOptions>,
  verb: Verb,
  machines: readonly (Pick<Installable, 'name' | 'installingSince'> &
    Partial<ReplyOf<Verb>['machines'][number]>)[],
): void {
  for (const machine of machines) {
    const what =
      verb === 'arm'
        ? options.always
          ? `${machine.name} is armed for EVERY network boot: each installs unattended and may wipe its disk`
          : `${machine.name} is armed: its next network boot installs unattended and may wipe its disk`
        : `${machine.name} is disarmed`;
    output.progress(
      machine.isServed === false
        ? `${what} (the running pxectl does not know its install yet: pxectl reload)`
        : what,
    );
    if (verb === 'disarm' && machine.installingSince !== undefined) {
      const since = formatLocalTime(machine.installingSince);
      output.warn(
        `${machine.name} fetched its seed ${since}: it gets none any more, and what its installer has it may go on with; switch it off to stop it`,
      );
    }
  }
}

interface Outcome {
  readonly changed: boolean;
  readonly machines: readonly { readonly name: string; readonly key: string }[];
  readonly confirmedBy?: number;
}

function tell({ output, options }: CommandContext<object>, verb: Verb, outcome: Outcome): number {
  const { changed, confirmedBy = null } = outcome;
  const machines = outcome.machines.map((machine) => ({ ...namedByKey(machine), isArmed: verb === 'arm' }));
  if (options.json) {
    output.json({ schema: `pxectl.machines.${verb}/1`, changed, confirmedBy, machines });
  }
  return EXIT.ok;
}
