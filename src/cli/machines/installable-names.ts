import { loadProject } from '../../engine/project.ts';
import { selectInstallable } from '../../machines/installables.ts';
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
  const { profile, all } = options;
  const { machines, left } = selectInstallable(config, { names: args, profile, all });
  if (left.length > 0) {
    const count = machines.length + left.length;
    output.progress(`${left.length} of ${count} machines have no install seed: left out`);
  }
  return { ...context, args: machines.map(({ name }) => name) };
}
