import type { Config } from '../model/config.ts';
import { withLock } from '../images/store-lock.ts';
import { configError } from '../model/errors.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { readTextIfThere, writeFileAtomic } from '../platform/files.ts';
import type { MacAddress } from '../protocol/addresses.ts';
import { Turns } from './turns.ts';

/** `.pxectl/machines.json`: what pxectl has learnt of machines; the configuration file itself is the user's. */
export interface MachineState {
  readonly schema: 'pxectl.machines/1';
  /** machines whose install is disarmed, with the time (ISO 8601) */
  readonly disarmed: Readonly<Record<MacAddress, string>>;
}

const NOTHING_KNOWN: MachineState = { schema: 'pxectl.machines/1', disarmed: {} };

function pathOf(layout: StateLayout): string {
  return `${layout.root}/machines.json`;
}

/** Reads the state; a missing file means that nothing is known yet. */
export async function readMachineState(layout: StateLayout): Promise<MachineState> {
  const text = await readTextIfThere(pathOf(layout));
  if (text === undefined) return NOTHING_KNOWN;
  try {
    return JSON.parse(text) as MachineState;
  } catch (error) {
    // an unreadable state must not arm an install that wipes a disk: stop here
    throw configError('E_CONFIG_SYNTAX', {
      what: `${pathOf(layout)} is not readable as JSON`,
      why: 'it says which installs are disarmed; without it a machine could be installed twice',
      next: `mend or remove it: rm ${pathOf(layout)} (every install seed is then armed again)`,
      cause: error,
    });
  }
}

/** machines that are installed together report together: each must find what the one before has written */
const writing = new Turns();

/** Records that a machine's install is armed or disarmed; one process after the other. */
export function setArmed(layout: StateLayout, mac: MacAddress, isArmed: boolean, now: string): Promise<void> {
  return writing.take(() =>
    withLock(layout.root, 'machines', async () => {
      const { [mac]: _, ...others } = (await readMachineState(layout)).disarmed;
      const disarmed = isArmed ? others : { ...others, [mac]: now };
      const state: MachineState = { schema: 'pxectl.machines/1', disarmed };
      await writeFileAtomic(pathOf(layout), `${JSON.stringify(state, null, 2)}\n`);
    }),
  );
}

/** The configuration with each machine's `isArmed` as the state says. */
export function applyMachineState(config: Config, state: MachineState): Config {
  return {
    ...config,
    machines: config.machines.map((machine) => ({
      ...machine,
      isArmed: machine.install !== undefined && !(machine.mac !== undefined && machine.mac in state.disarmed),
    })),
  };
}
