import type { Command } from 'commander';
import { commandAction, requestedConfigPath, type CommandContext, type GlobalOptions } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { fittedTable } from '../fitted-table.ts';
import { formatBytes } from '../../model/units.ts';

interface ImagesOptions {
  readonly available?: boolean;
}

/** `pxectl images`, `images rm`, `images verify` */
export function registerImages(program: Command): void {
  const images = program
    .command('images')
    .description('what is here: size, how it was verified, what uses it')
    .option('--available', 'what can be fetched')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(runImages));
  images
    .command('rm')
    .description('remove images from the store; all of them or, when one cannot be removed, none')
    .argument('<images...>', 'image names')
    .option('-y, --yes', 'do not ask')
    .option('--force', 'although the configuration uses them')
    .option('--dry-run', 'say what would be removed')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(runRemove));
  images
    .command('prune')
    .description('remove from the store that projects share what no project has any more')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'say what would be removed')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(async (context) => (await import('../images/prune-store.ts')).pruneStore(context)));
  images
    .command('verify')
    .description('hash every stored file again, those of the boot loaders too')
    .argument('[images...]', 'image names (default: all)')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(runVerify));
}

async function runImages(context: CommandContext<ImagesOptions>): Promise<number> {
  const { output, options } = context;
  if (options.available) {
    const { availableImages } = await import('../../images/catalogue/available.ts');
    const available = availableImages();
    if (options.json) output.json({ schema: 'pxectl.images/1', available });
    else {
      output.data(
        fittedTable(
          ['IMAGE', 'WHAT', 'RAM', 'UNATTENDED'],
          available.map((entry) => [entry.id, entry.title, `${entry.ramMiB} MiB`, entry.seedFormat]),
          [
            [1, 16],
            [0, 24],
          ],
        ),
      );
    }
    return EXIT.ok;
  }
  const { imageUsers } = await import('../../images/image-users.ts');
  const { listImages } = await import('../../images/manage-images.ts');
  const { readLoaderManifest } = await import('../../images/loaders/loader-manifest.ts');
  const { stateFor } = await import('../state-for.ts');
  const state = await stateFor(requestedConfigPath(options));
  const images = (await listImages(state.layout)).map((image) => ({
    ...image,
    sizeBytes: image.files.reduce((sum, file) => sum + file.sizeBytes, 0),
    usedBy: state.config === undefined ? [] : imageUsers(image.id, state.config),
  }));
  const loaders = await readLoaderManifest(state.layout);
  if (options.json) {
    output.json({ schema: 'pxectl.images/1', images, loaders: loaders.files });
    return EXIT.ok;
  }
  if (images.length === 0)
    output.progress('no image is here yet; pxectl images --available lists what can be had');
  else {
    output.data(
      fittedTable(
        ['IMAGE', 'SIZE', 'VERIFIED', 'WHEN', 'BY', 'USED BY'],
        images.map((image) => [
          image.id,
          formatBytes(image.sizeBytes),
          image.verification === 'skipped' ? 'NOT VERIFIED' : image.verification,
          image.verifiedAt.slice(0, 10),
          image.mirror === undefined ? image.verifiedBy : `${image.verifiedBy}; from ${image.mirror}`,
          image.usedBy.join(', '),
        ]),
        // who vouches and who uses it, whole in --json
        [
          [4, 8],
          [5, 8],
          [0, 24],
        ],
      ),
    );
  }
  const { tellUnused } = await import('../images/prune-store.ts');
  await tellUnused(state.config?.store, output);
  return EXIT.ok;
}

async function runRemove(
  context: CommandContext<{ readonly yes?: boolean; readonly force?: boolean; readonly dryRun?: boolean }>,
): Promise<number> {
  const { output, options, args } = context;
  const { imageUsers } = await import('../../images/image-users.ts');
  const { removeImage } = await import('../../images/manage-images.ts');
  const { openUsualStore } = await import('../../images/shared/shared-store.ts');
  const { fetchView } = await import('../fetch-view.ts');
  const { openStore } = await import('../../images/store.ts');
  const { assetError } = await import('../../model/errors.ts');
  const { stateFor } = await import('../state-for.ts');
  const { confirm } = await import('../confirm.ts');
  const state = await stateFor(requestedConfigPath(options));
  const store = openStore(state.layout);
  const ids = [...new Set(args)];
  // every name is looked at before the first image goes
  for (const id of ids) {
    const users = state.config === undefined ? [] : imageUsers(id, state.config);
    if (users.length > 0 && options.force !== true) {
      throw assetError('E_IMAGE_IN_USE', {
        what: `${id} is used by ${users.join(', ')} in ${state.configPath ?? 'pxectl.yaml'}; nothing is removed`,
        next: 'take it out of the configuration first; pxectl render shows who boots it',
      });
    }
    if (await store.holds(id)) continue;
    throw assetError('E_IMAGE_NOT_FETCHED', {
      what: `the image ${id} is not here; nothing is removed`,
      next: 'pxectl images lists what is here',
    });
  }
  const isDryRun = options.dryRun === true;
  if (!isDryRun) {
    const asked = { isYes: options.yes === true, isJson: options.json === true };
    await confirm({ ...context, ...asked, what: `${ids.join(', ')} is deleted from ${state.layout.images}` });
  }
  const shared = openUsualStore(state.config?.store, fetchView(output));
  for (const id of ids) {
    if (!isDryRun) await removeImage(state.layout, id, shared);
    if (options.json !== true) {
      if (isDryRun) output.data(`would remove ${state.layout.images}/${id}`);
      else output.progress(`${id} removed`);
    }
  }
  if (options.json) output.json({ schema: 'pxectl.images.rm/1', changed: !isDryRun, images: ids });
  return EXIT.ok;
}

async function runVerify(context: CommandContext<GlobalOptions>): Promise<number> {
  const { output, options, args, signal } = context;
  const { listImages, verifyImage, verifyLoaders } = await import('../../images/manage-images.ts');
  const { refetchLoaders } = await import('../../images/check-stored.ts');
  const { notFetched, openStore } = await import('../../images/store.ts');
  const { stateFor } = await import('../state-for.ts');
  const { layout } = await stateFor(requestedConfigPath(options));
  const here = await listImages(layout);
  const ids = args.length > 0 ? args : here.map((image) => image.id);
  const checks = [];
  for (const id of ids) if ((await openStore(layout).find(id)) === undefined) throw notFetched(id);
  for (const id of ids) checks.push(await verifyImage(layout, id, signal));
  const loaders = args.length > 0 ? undefined : await verifyLoaders(layout, signal);
  const groups = [
    ...checks,
    ...(loaders === undefined ? [] : [{ ...loaders, id: 'loaders', refetch: refetchLoaders(here) }]),
  ];
  if (options.json) {
    output.json({
      schema: 'pxectl.images.verify/1',
      images: checks,
      ...(loaders === undefined ? {} : { loaders: loaders.files }),
    });
  } else {
    for (const { id, files } of groups) {
      for (const { file, outcome } of files) output.data(`${id}/${file.path}: ${outcome}`);
    }
  }
  const bad = groups.filter((group) => !group.isOk);
  const commands = bad.map(({ refetch }) => refetch).join(' && ');
  if (bad.length > 0) output.error(`damaged: ${bad.map(({ id }) => id).join(', ')}; next: ${commands}`);
  return bad.length > 0 ? EXIT.failure : EXIT.ok;
}
