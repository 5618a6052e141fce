import { readStoreUse, removeUnused, type StoreUse } from '../../images/shared/unused-files.ts';
import { foldersOf, sharedStoreFolder } from '../../images/shared/store-place.ts';
import { formatBytes } from '../../model/units.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { stateFor } from '../state-for.ts';

/** `pxectl images prune`: removes what no project has from the store that they share. */
export async function pruneStore(
  context: CommandContext<{ readonly yes?: boolean; readonly dryRun?: boolean }>,
): Promise<number> {
  const { output, options } = context;
  const { config } = await stateFor(requestedConfigPath(options));
  const folder = sharedStoreFolder(config?.store);
  const use = folder === undefined ? undefined : await readStoreUse(foldersOf(folder));
  const unused = use?.unused ?? [];
  const freedBytes = unusedBytes(use);
  const isDryRun = options.dryRun === true;
  const room = `${unused.length} ${unused.length === 1 ? 'file' : 'files'}, ${formatBytes(freedBytes)}`;
  if (folder !== undefined && use !== undefined && unused.length > 0 && !isDryRun) {
    const what = `${room} that no project has a link to are deleted from ${folder}`;
    await confirm({ ...context, what, isYes: options.yes === true, isJson: options.json === true });
    await removeUnused(foldersOf(folder), use);
  }
  if (options.json === true) {
    const changed = !isDryRun && unused.length > 0;
    const files = unused.map(({ path }) => path);
    output.json({ schema: 'pxectl.images.prune/1', changed, store: folder ?? null, files, freedBytes });
  } else if (folder === undefined) output.progress('this project shares no images (store: off)');
  else if (unused.length === 0) output.progress(`every file of ${folder} is used by a project`);
  else if (isDryRun) output.data(`would remove ${room}, from ${folder}`);
  else output.progress(`${room} removed from ${folder}`);
  return EXIT.ok;
}

/** Says what room a prune would free; what hinders that, it says itself. */
export async function tellUnused(store: string | undefined, output: Output): Promise<void> {
  const folder = sharedStoreFolder(store);
  if (folder === undefined) return;
  const use = await readStoreUse(foldersOf(folder)).catch(() => undefined);
  const bytes = unusedBytes(use);
  if (bytes > 0)
    output.progress(`${formatBytes(bytes)} of ${folder} no project has any more: pxectl images prune`);
}

const unusedBytes = (use: StoreUse | undefined): number =>
  (use?.unused ?? []).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
