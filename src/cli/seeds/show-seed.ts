import { loadProject } from '../../engine/project.ts';
import { shownSeed } from '../../engine/show-seed.ts';
import { findMachines } from '../../model/find-machines.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

export interface ShowSeedOptions {
  readonly showSecrets?: boolean;
}

/** `pxectl seeds show NAME [FILE]` */
export async function showSeed(context: CommandContext<ShowSeedOptions>): Promise<number> {
  const { output, options, args } = context;
  const [word = '', file] = args;
  const project = await loadProject(requestedConfigPath(options));
  const hasSecrets = options.showSecrets === true;
  for (const machine of findMachines(project.config, [word])) {
    const { path, text, isMasked } = await shownSeed(project, machine, { file, hasSecrets });
    if (options.json) {
      output.json({ schema: 'pxectl.seeds.show/1', name: machine.name, path, hasSecrets, text });
      continue;
    }
    output.data(text.replace(/\n$/, ''));
    if (isMasked) {
      output.progress('secrets are shown as secret-NAME; --show-secrets shows them');
    }
  }
  return EXIT.ok;
}
