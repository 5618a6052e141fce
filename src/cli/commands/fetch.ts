import { InvalidArgumentError, Option, type Command } from 'commander';
import type { LoaderPlatform } from '../../model/firmware.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { commandAction, requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

interface FetchCommandOptions {
  readonly from?: string;
  readonly mirror?: Readonly<Record<string, string>>;
  readonly offline?: boolean;
  readonly keyring?: string;
  readonly insecureSkipVerify?: boolean;
  readonly kernel?: 'default' | 'hwe';
  readonly remoteRoot?: boolean;
  readonly signedIpxe?: boolean;
  readonly platform?: readonly LoaderPlatform[];
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly add?: boolean;
}

/** `pxectl fetch IMAGE…` */
export function registerFetch(program: Command): void {
  program
    .command('fetch')
    .description('download, verify and unpack images and boot loaders; what is here already is left alone')
    .argument('[images...]', 'image names (pxectl images --available lists them)')
    .option('--from <source>', 'an ISO, netboot tarball or folder of your own, or the URL of an ISO')
    .option('--mirror <prefix=url>', 'fetch URLs with this prefix from elsewhere (repeatable)', addMirror)
    .option('--offline', 'use nothing but what is on this machine')
    .option('--keyring <file>', 'trust the keys in this file instead of the pinned ones')
    .option(
      '--remote-root',
      'with --from URL: keep kernel and initrd only, machines read the ISO from that URL',
    )
    .option('--signed-ipxe', 'also the signed iPXE with its shim (Secure Boot), and iPXE for ia32 and arm64')
    .addOption(
      new Option('--platform <platform...>', 'boot loaders for these (default: bios x64)').choices([
        'bios',
        'ia32',
        'x64',
        'arm64',
      ]),
    )
    .addOption(
      new Option('--kernel <kind>', 'hwe: the newer kernel of an Ubuntu LTS point release').choices([
        'default',
        'hwe',
      ]),
    )
    .option('--insecure-skip-verify', 'accept what cannot be verified (recorded with the image)')
    .option('--force', 'fetch again although the image is here')
    .option('--no-add', 'do not add the images to pxectl.yaml')
    .option('--dry-run', 'say what would be fetched, change nothing')
    .option('--json', 'one JSON object on stdout')
    .addHelpText(
      'after',
      `
Examples:
  pxectl fetch debian-12 ubuntu-24.04
  pxectl fetch --from my.iso
  pxectl fetch ubuntu-20.04.3 --mirror https://releases.ubuntu.com=http://192.168.1.9/ubuntu`,
    )
    .action(commandAction(runFetch));
}

function addMirror(value: string, mirrors: Record<string, string> = {}): Record<string, string> {
  const split = /^(\w+:\/\/[^=]+)=(\w+:\/\/.+)$/.exec(value);
  if (!split?.[1] || !split[2])
    throw new InvalidArgumentError('it must look like https://host/path=http://mirror/path');
  return { ...mirrors, [split[1]]: split[2] };
}

async function runFetch(context: CommandContext<FetchCommandOptions>): Promise<number> {
  const { output, options, args, signal } = context;
  const { fetchForUser } = await import('../fetch-for-user.ts');
  const { stateFor } = await import('../state-for.ts');
  const { usageError } = await import('../../model/errors.ts');
  const state = await stateFor(requestedConfigPath(options));
  const ids = args.length > 0 || options.from !== undefined ? args : (state.config?.images ?? []);
  if (ids.length === 0 && options.from === undefined) {
    throw usageError({ what: 'no image named', next: 'pxectl images --available lists what can be had' });
  }
  if (options.from !== undefined && ids.length > 1) {
    throw usageError({ what: `--from takes one image, and there are several names: ${ids.join(' ')}` });
  }
  if (options.dryRun) {
    await describeFetch(context, ids, state.layout);
    return EXIT.ok;
  }
  const addToConfig = async (here: readonly string[]): Promise<void> => {
    const unlisted = here.filter((id) => state.config?.images.includes(id) !== true);
    if (state.configPath === undefined || unlisted.length === 0 || options.add === false) return;
    const { addImagesToConfig } = await import('../../machines/config-file/edit-config.ts');
    const { sayConfigEdit } = await import('../say-config-edit.ts');
    sayConfigEdit(output, await addImagesToConfig(state.configPath, unlisted));
    output.progress(`${unlisted.join(', ')} added to images in ${state.configPath}`);
  };
  const result = await fetchForUser(
    ids,
    {
      ...(options.from === undefined ? {} : { from: options.from }),
      mirrors: { ...state.config?.mirrors, ...options.mirror },
      ...(options.offline === undefined ? {} : { isOffline: options.offline }),
      ...(options.keyring === undefined ? {} : { keyring: options.keyring }),
      ...(options.insecureSkipVerify === undefined ? {} : { isVerificationSkipped: true }),
      ...(options.kernel === undefined ? {} : { kernel: options.kernel }),
      ...(options.remoteRoot === undefined ? {} : { isRootLeftRemote: true }),
      ...(options.signedIpxe === undefined ? {} : { hasSignedIpxe: true }),
      ...(options.platform === undefined ? {} : { loaderPlatforms: options.platform }),
      ...(options.force === undefined ? {} : { isForced: options.force }),
    },
    { layout: state.layout, output, signal, onImages: addToConfig },
  );
  if (options.json) output.json({ schema: 'pxectl.fetch/1', ...result });
  return EXIT.ok;
}

/** `fetch --dry-run`: what is here already, and what would be fetched. */
async function describeFetch(
  { output, options }: CommandContext<FetchCommandOptions>,
  ids: readonly string[],
  layout: StateLayout,
): Promise<void> {
  const { openStore } = await import('../../images/store.ts');
  const { findRemoteImage } = await import('../../images/catalogue/available.ts');
  const { unknownImage } = await import('../../images/catalogue/unknown-image.ts');
  const store = openStore(layout);
  const images = [];
  for (const id of options.from === undefined ? ids : []) {
    const isPresent = options.force !== true && (await store.find(id)) !== undefined;
    if (!isPresent && findRemoteImage(id) === undefined) throw unknownImage(id);
    images.push({ id, outcome: isPresent ? 'present' : 'would-fetch' });
  }
  if (options.json) {
    output.json({
      schema: 'pxectl.fetch/1',
      dryRun: true,
      images,
      ...(options.from ? { from: options.from } : {}),
    });
    return;
  }
  for (const { id, outcome } of images) {
    if (outcome === 'present') output.data(`${id} is here already`);
    else output.data(`would fetch ${id} into ${layout.images}/${id}`);
  }
  if (options.from !== undefined)
    output.data(`would store what is in ${options.from}${ids[0] === undefined ? '' : ` as ${ids[0]}`}`);
}
