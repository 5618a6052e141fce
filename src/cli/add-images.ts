import { findConfig } from '../engine/project.ts';
import { addImagesToConfig } from '../machines/config-file/edit-config.ts';
import { isThere } from '../platform/files.ts';
import { initByItself } from './init/init-by-itself.ts';
import type { Output } from './output.ts';
import { sayConfigEdit } from './say-config-edit.ts';
import type { CommandState } from './state-for.ts';

/** Lists images that are here now in the configuration; where there is none, init writes it. */
export async function addImages(
  ids: readonly string[],
  { config, configPath }: Pick<CommandState, 'config' | 'configPath'>,
  output: Output,
): Promise<void> {
  const unlisted = [...new Set(ids)].filter((id) => config?.images.includes(id) !== true);
  // another fetch may have written one meanwhile
  const path = configPath ?? (await findConfig(undefined, process.cwd()));
  if (path === undefined || !(await isThere(path))) {
    await initByItself({ configPath: path, images: unlisted, isDryRun: false }, output);
    return;
  }
  if (unlisted.length === 0) return;
  sayConfigEdit(output, await addImagesToConfig(path, unlisted));
  output.progress(`${unlisted.join(', ')} added to images in ${path}`);
}
