import type { ReplyOf } from '../../control/api.ts';
import { askControl } from '../../control/control-client.ts';
import { setArmed } from '../../engine/machine-state.ts';
import { findConfig, layoutBeside, loadProject, type Project } from '../../engine/project.ts';
import { readLiveSession, type SessionRecord } from '../../engine/session-record.ts';
import { engineError, messageOf, PxectlError, usageError } from '../../model/errors.ts';
import { findMachines } from '../../model/find-machines.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

type Verb = 'arm' | 'disarm';

interface Installable {
  readonly name: string;
  readonly mac: MacAddress;
}

/** `pxectl machines arm NAME…` and `disarm NAME…`: all of them, or none; in the words of the running pxectl. */
export async function setArmedByUser(
  context: CommandContext<{ readonly dryRun?: boolean }>,
  verb: Verb,
): Promise<number> {
  const { output, options, args } = context;
  const requested = requestedConfigPath(options);
  const configPath = await findConfig(requested, process.cwd());
  const session = configPath === undefined ? undefined : await readLiveSession(layoutBeside(configPath));
  const machines = await loadProject(requested).then(
    (project) => installables(project, args, verb),
    (error: unknown) => {
      // a half edited file must not keep a running pxectl armed: it knows the names itself
      if (verb === 'arm' || session === undefined) throw error;
      output.warn(`${messageOf(error)}; the running pxectl is asked all the same`);
      return undefined;
    },
  );
  const layout = layoutBeside(configPath ?? '');
  const names = machines?.map(({ mac }) => mac) ?? args;
  if (options.dryRun) {
    for (const { name, mac } of machines ?? []) {
      if (!options.json) output.data(`would ${verb} ${name} (${mac})`);
    }
    return tell(context, verb, { changed: false, machines: machines ?? [] });
  }
  if (session === undefined) {
    await record(layout, machines ?? [], verb);
    sayHeld(context, verb, machines ?? []);
    return tell(context, verb, { changed: true, machines: machines ?? [] });
  }
  const held = await askSession(session, { layout, verb, names, words: args, machines: machines ?? [] });
  const told = held.map((machine) => {
    const inFile = machines?.find(({ mac }) => mac === machine.mac);
    return { ...machine, name: inFile?.name ?? machine.name };
  });
  sayHeld(context, verb, told);
  return tell(context, verb, { changed: true, machines: told, confirmedBy: session.process.pid });
}

function installables(project: Project, args: readonly string[], verb: Verb): readonly Installable[] {
  return findMachines(project.config, args).map(({ name, mac, install }) => {
    if (mac !== undefined && install !== undefined) return { name, mac };
    throw usageError({
      what: `${name} has no install seed: there is nothing to ${verb}`,
      ...(args.length > 1 ? { why: 'nothing is changed, for the others neither' } : {}),
      next: `give it one in ${project.configPath}: install: { seed: FILE }`,
    });
  });
}

async function record(layout: StateLayout, machines: readonly Installable[], verb: Verb): Promise<void> {
  for (const { mac } of machines) await setArmed(layout, mac, verb === 'arm', new Date().toISOString());
}

interface Question {
  readonly layout: StateLayout;
  readonly verb: Verb;
  readonly names: readonly string[];
  /** as they were typed */
  readonly words: readonly string[];
  readonly machines: readonly Installable[];
}

/**
 * What the running pxectl has confirmed.
 * @throws PxectlError E_CONTROL when it has confirmed nothing: a disarm is written down all the same, an arm is not
 */
async function askSession(
  { process: { pid } }: SessionRecord,
  { layout, verb, names, words, machines }: Question,
): Promise<ReplyOf<Verb>['machines']> {
  const command = `pxectl machines ${verb} ${words.join(' ')}`;
  try {
    return (await askControl(verb, { machines: [...names] }, { layout, pid, command })).machines;
  } catch (error) {
    const isUnanswered = error instanceof PxectlError && error.code === 'E_CONTROL';
    if (verb === 'arm' || !isUnanswered) throw error;
    await record(layout, machines, verb);
    const recorded = machines.length > 0 ? 'disarmed on disk, but' : 'not disarmed:';
    throw engineError('E_CONTROL', {
      what: `${words.join(', ')}: ${recorded} the running pxectl (pid ${pid}) has not confirmed it`,
      why: `${error.message}: a machine that boots now may still install`,
      next: 'pxectl down, then pxectl up',
      cause: error,
    });
  }
}

function sayHeld(
  { output }: CommandContext<object>,
  verb: Verb,
  machines: readonly (Installable | ReplyOf<Verb>['machines'][number])[],
): void {
  for (const machine of machines) {
    const what =
      verb === 'arm'
        ? `${machine.name} is armed: its next network boot installs unattended and may wipe its disk`
        : `${machine.name} is disarmed`;
    const isAhead = 'isServed' in machine && !machine.isServed;
    output.progress(
      isAhead ? `${what} (the running pxectl does not know its install yet: pxectl reload)` : what,
    );
  }
}

interface Outcome {
  readonly changed: boolean;
  readonly machines: readonly { readonly name: string; readonly mac: string }[];
  readonly confirmedBy?: number;
}

function tell({ output, options }: CommandContext<object>, verb: Verb, outcome: Outcome): number {
  const { changed, confirmedBy = null } = outcome;
  const machines = outcome.machines.map(({ name, mac }) => ({ name, mac, isArmed: verb === 'arm' }));
  if (options.json) {
    output.json({ schema: `pxectl.machines.${verb}/1`, changed, confirmedBy, machines });
  }
  return EXIT.ok;
}
