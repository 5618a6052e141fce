import { spawn, type ChildProcess } from 'node:child_process';

/** What a machine starts from: the network where its controller was told so, else what comes first in its own order. */
export type StartsFrom = 'network' | 'own order';

/** What the controllers of the tests switch. */
export interface SwitchedMachine {
  isOn(): Promise<boolean>;
  /** switches on what is off */
  switchOn(from: StartsFrom): Promise<void>;
  switchOff(): Promise<void>;
}

/** A real process that stands for a machine. */
export interface ProcessMachine extends SwitchedMachine {
  /** what it started from, each time */
  readonly starts: readonly StartsFrom[];
}

/** @param onStart what the machine does when it is switched on */
export function processMachine(onStart: (from: StartsFrom) => void = () => undefined): ProcessMachine {
  const starts: StartsFrom[] = [];
  let machine: ChildProcess | undefined;
  return {
    starts,
    isOn: async () => machine !== undefined && machine.exitCode === null && machine.signalCode === null,
    async switchOn(from) {
      machine = spawn('sleep', ['300'], { stdio: 'ignore' });
      starts.push(from);
      onStart(from);
    },
    async switchOff() {
      machine?.kill('SIGKILL');
    },
  };
}
