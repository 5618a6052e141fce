import type { Command } from 'commander';
import { readAssignment, withConsole } from '../../machines/config-file/machine-entry.ts';

/** What can be said of the boot of machines that are added. */
export interface BootOptions {
  readonly profile?: string;
  readonly image?: string;
  readonly arguments?: string;
  readonly console?: string;
}

export function addBootOptions(command: Command): Command {
  return command
    .option('--profile <profile>', 'profile that it names')
    .option('--image <image>', 'image to boot, or local')
    .option('--arguments <words>', 'extra kernel arguments: "quiet net.ifnames=0"')
    .option('--console <device>', 'where its kernel talks: ttyS1,115200');
}

/** The keys of an entry that they stand for. */
export function bootKeys({ profile, image, arguments: text = '', console }: BootOptions): {
  readonly profile?: string;
  readonly image?: string;
  readonly arguments?: string[];
} {
  const read = readAssignment('arguments', text);
  const words = 'assignment' in read ? ((read.assignment.value ?? []) as readonly string[]) : [];
  const all = console === undefined ? words : withConsole(words, console);
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(image === undefined ? {} : { image }),
    ...(all.length === 0 ? {} : { arguments: [...all] }),
  };
}
