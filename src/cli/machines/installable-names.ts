import { loadProject } from '../../engine/project.ts';
import { usageError } from '../../model/errors.ts';
import { selectMachines } from '../../model/find-machines.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { isUnnamed, type SelectionOptions } from './selection.ts';

/**
 * The same command with the names of those who are meant: of a profile, or of all, the machines that can be installed.
 * Names that somebody typed stay as they are.
 */
export async function withInstallableNames<Options extends SelectionOptions>(
  context: CommandContext<Options>,
): Promise<CommandContext<Options>> {
  const { options, args, output } = context;
  if (!isUnnamed(options) && args.length > 0) return context;
  const { config } = await loadProject(requestedConfigPath(options));
  const meant = selectMachines(config, { names: args, profile: options.profile, all: options.all });
  const machines = meant.filter(({ install }) => install !== undefined);
  if (machines.length === 0) {
    throw usageError({
      what: 'none of these machines has an install seed',
      next: 'give the profile, or each machine, an install: { seed: FILE }',
    });
  }
  const left = meant.length - machines.length;
  if (left > 0) output.progress(`${left} of ${meant.length} machines have no install seed: left out`);
  return { ...context, args: machines.map(({ name }) => name) };
}
