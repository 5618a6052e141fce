import { InvalidArgumentError, Option, type Command } from 'commander';
import { platformNamed, type LoaderPlatform } from '../../model/firmware.ts';
import { choiceWithAliases } from '../choice-with-aliases.ts';
import { isOwnSource } from '../../images/own-source.ts';
import { PxectlError, usageError } from '../../model/errors.ts';
import { commandAction, requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

interface FetchCommandOptions {
  readonly from?: string;
  readonly as?: string;
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
    .argument(
      '[images...]',
      'names (pxectl images --available lists them), ISOs, netboot tarballs or folders of your own, URLs of ISOs',
    )
    .option('--as <image>', 'what an ISO, tarball, folder or URL is stored as (default: what it is)')
    .option('--from <source>', 'the same as naming it; an image name beside it is what it is stored as')
    .option('--mirror <prefix=url>', 'fetch URLs with this prefix from elsewhere (repeatable)', addMirror)
    .option('--offline', 'use nothing but what is on this machine')
    .option('--keyring <file>', 'trust the keys in this file instead of the pinned ones')
    .option(
      '--remote-root',
      'of an ISO at a URL: keep kernel and initrd only, machines read the ISO from that URL',
    )
    .option('--signed-ipxe', 'also the signed iPXE with its shim (Secure Boot), and iPXE for ia32 and arm64')
    .addOption(
      choiceWithAliases(
        new Option('--platform <firmware...>', 'boot loaders for these (default: bios uefi-x64)'),
        ['bios', 'uefi-ia32', 'uefi-x64', 'uefi-arm64'],
        platformNamed,
      ),
    )
    .addOption(
      new Option('--kernel <kind>', 'hwe: the newer kernel of an Ubuntu LTS point release').choices([
        'default',
        'hwe',
      ]),
    )
    .option('--insecure-skip-verify', 'accept what cannot be verified (recorded with the image)')
    .option('--force', 'fetch again although the image is here')
    .option('--no-add', 'do not add the images to pxectl.yaml, nor write one')
    .option('--dry-run', 'say what would be fetched, change nothing')
    .option('--json', 'one JSON object on stdout')
    .addHelpText(
      'after',
      `
Examples:
  pxectl fetch debian-12 ubuntu-24.04
  pxectl fetch my.iso
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
  const { addImages } = await import('../add-images.ts');
  const state = await stateFor(requestedConfigPath(options));
  const { words, storedAs } = wordsOf(args, options);
  const wanted = words.length > 0 ? words : (state.config?.images ?? []);
  if (wanted.length === 0) {
    throw usageError({ what: 'no image named', next: 'pxectl images --available lists what can be had' });
  }
  const fetch = {
    ...(storedAs === undefined ? {} : { storedAs }),
    mirrors: { ...state.config?.mirrors, ...options.mirror },
    ...(options.offline === undefined ? {} : { isOffline: options.offline }),
    ...(options.keyring === undefined ? {} : { keyring: options.keyring }),
    ...(options.insecureSkipVerify === undefined ? {} : { isVerificationSkipped: true }),
    ...(options.kernel === undefined ? {} : { kernel: options.kernel }),
    ...(options.remoteRoot === undefined ? {} : { isRootLeftRemote: true }),
    ...(options.signedIpxe === undefined ? {} : { hasSignedIpxe: true }),
    ...(options.platform === undefined ? {} : { loaderPlatforms: options.platform }),
    ...(options.force === undefined ? {} : { isForced: options.force }),
  };
  if (options.dryRun) {
    const { describeFetch } = await import('../describe-fetch.ts');
    const { layout } = state;
    await describeFetch(wanted, { layout, fetch, isJson: options.json === true, signal }, output);
    return EXIT.ok;
  }
  const addToConfig = async (here: readonly string[]): Promise<void> => {
    if (options.add === false) return;
    await addImages(here, state, output).catch((error: unknown) => {
      if (state.config !== undefined || !(error instanceof PxectlError)) throw error;
      // the images are here, on a machine that need not be the one that serves them
      output.progress(`no pxectl.yaml is written: ${error.message}; when there is a network: pxectl init`);
    });
  };
  const result = await fetchForUser(wanted, fetch, {
    layout: state.layout,
    store: state.config?.store,
    output,
    signal,
    onImages: addToConfig,
  });
  if (options.json) output.json({ schema: 'pxectl.fetch/1', ...result });
  return EXIT.ok;
}

/** What is to be fetched: `--from SOURCE [NAME]` says the same as `SOURCE [--as NAME]`. */
function wordsOf(
  args: readonly string[],
  { from, as }: FetchCommandOptions,
): { readonly words: readonly string[]; readonly storedAs: string | undefined } {
  if (from === undefined) return { words: args, storedAs: as };
  const names = as === undefined ? args : [...args, as];
  if (names.length > 1) {
    throw usageError({
      what: `--from takes one image, and there are several names: ${names.join(' ')}`,
      next: 'name files and addresses like images: pxectl fetch FILE IMAGE',
    });
  }
  return { words: [isOwnSource(from) ? from : `./${from}`], storedAs: names[0] };
}
