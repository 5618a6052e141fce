import type { Command } from 'commander';

/** Every command, in the order in which help lists them. */
export function registerCommands(program: Command): void {
  for (const register of registrations) register(program);
}

const registrations: readonly ((program: Command) => void)[] = [];
