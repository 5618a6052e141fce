import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import type { BootContext } from '../../model/boot-context.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { readTextIfThere } from '../../platform/files.ts';
import { writeOutputFile } from '../../platform/output-file.ts';
import { readTemplate } from '../../platform/packaged-files.ts';
import { renderAll } from '../../render/render-all.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';

export interface RenderFilesOptions {
  readonly isJson: boolean;
  readonly isDiff: boolean;
  /** write below this folder instead of printing */
  readonly folder?: string;
}

/** Prints or writes every rendered file, or how it differs from the one in the state folder. */
export async function renderFiles(
  context: BootContext,
  layout: StateLayout,
  output: Output,
  options: RenderFilesOptions,
): Promise<number> {
  const files = renderAll(context, readTemplate, { stateRoot: layout.root });
  if (options.folder !== undefined) {
    for (const file of files) await writeOutputFile(join(options.folder, file.path), file.content);
    output.progress(`${files.length} files written below ${options.folder}`);
  }
  if (options.isDiff) {
    const patches: string[] = [];
    for (const file of files) {
      const there = (await readTextIfThere(join(layout.root, file.path))) ?? '';
      if (there === file.content) continue;
      patches.push(createTwoFilesPatch(`served/${file.path}`, `rendered/${file.path}`, there, file.content));
    }
    if (options.isJson) output.json({ schema: 'pxectl.render/1', patches });
    else if (patches.length === 0) output.progress('no difference');
    else for (const patch of patches) output.data(patch.trimEnd());
    return EXIT.ok;
  }
  if (options.isJson) output.json({ schema: 'pxectl.render/1', files });
  else if (options.folder === undefined) {
    for (const file of files) output.data(`### ${file.path} (${file.purpose})\n${file.content}`);
  }
  return EXIT.ok;
}
