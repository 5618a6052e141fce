import type { Command } from 'commander';

export interface SelectionOptions {
  readonly profile?: string;
  readonly all?: boolean;
}

/** Adds the two ways to mean several machines without naming them. */
export function addSelection(command: Command): Command {
  return command
    .option('--profile <profile>', 'every machine of this profile')
    .option('--all', 'every machine');
}

/** Whether machines are meant that nobody typed the names of. */
export const isUnnamed = ({ profile, all }: SelectionOptions): boolean =>
  profile !== undefined || all === true;
