import { askControl } from '../../control/control-client.ts';
import { setArmed } from '../../engine/machine-state.ts';
import { loadProject } from '../../engine/project.ts';
import { readLiveSession } from '../../engine/session-record.ts';
import { usageError } from '../../model/errors.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { findMachines } from './find-machines.ts';

/** `pxectl machines arm NAME…` and `disarm NAME…`: all of them, or none; with the words of the running pxectl. */
export async function setArmedByUser(
  context: CommandContext<{ readonly dryRun?: boolean }>,
  verb: 'arm' | 'disarm',
): Promise<number> {
  const { output, options, args } = context;
  const { config, configPath, layout } = await loadProject(requestedConfigPath(options));
  const machines = findMachines(config, args).map(({ name, mac, install }) => {
    if (mac !== undefined && install !== undefined) return { name, mac };
    throw usageError({
      what: `${name} has no install seed: there is nothing to ${verb}`,
      ...(args.length > 1 ? { why: 'nothing is changed, for the others neither' } : {}),
      next: `give it one in ${configPath}: install: { seed: FILE }`,
    });
  });
  const isDryRun = options.dryRun === true;
  const isArmed = verb === 'arm';
  const answer = (changed: boolean): number => {
    const told = machines.map((machine) => ({ ...machine, isArmed }));
    if (options.json) output.json({ schema: `pxectl.machines.${verb}/1`, changed, machines: told });
    return EXIT.ok;
  };
  if (isDryRun) {
    if (!options.json) for (const { name, mac } of machines) output.data(`would ${verb} ${name} (${mac})`);
    return answer(false);
  }
  for (const { mac } of machines) await setArmed(layout, mac, isArmed, new Date().toISOString());
  const session = await readLiveSession(layout);
  if (session) await askControl('reload', {}, { layout, pid: session.process.pid, command: 'pxectl reload' });
  for (const { name } of machines) {
    output.progress(
      isArmed
        ? `${name} is armed: its next network boot installs unattended and may wipe its disk`
        : `${name} is disarmed`,
    );
  }
  return answer(true);
}
