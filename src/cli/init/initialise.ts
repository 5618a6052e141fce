import { layoutBeside } from '../../model/state-layout.ts';
import { join, resolve } from 'node:path';
import { isSeq } from 'yaml';
import { CONFIG_FILE_NAME, refuseForeignProject } from '../../engine/project.ts';
import { parseConfig } from '../../model/config-file.ts';
import type { NetworkMode } from '../../model/config.ts';
import { configError, usageError } from '../../model/errors.ts';
import { proposeRange } from '../../model/propose-range.ts';
import { chooseInterface, type ChosenInterface } from '../../net/choose-interface.ts';
import { listInterfaces, readDefaultRoute } from '../../net/interfaces.ts';
import { readTextIfThere } from '../../platform/files.ts';
import { outputFileMode, writeOutputFile } from '../../platform/output-file.ts';
import { readTemplate } from '../../platform/packaged-files.ts';
import { renderInitialConfig } from '../../render/initial-config.ts';
import { addImages, mergeIntoConfig, type ConfigEdit } from '../../machines/config-file/edit-config.ts';
import { refusedChange } from '../../machines/config-file/refused-change.ts';
import { findLeaseTerms } from './lease-terms.ts';
import { mergeNetwork, networkOf } from './merge-network.ts';

export interface InitWish {
  readonly interfaceName?: string;
  readonly address?: string;
  readonly mode?: NetworkMode;
  /** FIRST-LAST, for pxe-only and full */
  readonly range?: string;
  readonly images: readonly string[];
  /** folder that pxectl.yaml goes to, or the file itself */
  readonly configPath?: string;
  readonly isForced: boolean;
  readonly isDryRun: boolean;
  /** asks which of several interfaces; undefined where nobody can be asked */
  readonly ask?: (names: readonly string[], proposed: string) => Promise<string>;
}

export interface InitResult {
  readonly path: string;
  readonly text: string;
  readonly network: ChosenInterface;
  /** the addresses that the modes pxe-only and full lease */
  readonly range?: string;
  /** what was changed in a file that was there */
  readonly edit?: ConfigEdit;
}

/**
 * Looks at the network and writes a commented pxectl.yaml; with `isForced` into a file that is there, of which everything
 * stays that init does not ask about.
 * @throws PxectlError E_CONFIG_EXISTS, E_NO_INTERFACE, E_NO_ADDRESS, E_USAGE
 */
export async function initialise(wish: InitWish): Promise<InitResult> {
  const path = wish.configPath ?? join(process.cwd(), CONFIG_FILE_NAME);
  await refuseForeignProject(resolve(path));
  await outputFileMode(path);
  const there = await readTextIfThere(path);
  if (!wish.isForced && !wish.isDryRun && there !== undefined) {
    throw configError('E_CONFIG_EXISTS', {
      what: `${path} is there already`,
      next: 'change it by hand, or look at the network anew and keep all else in it: pxectl init --force',
    });
  }
  const isMerged = wish.isForced && there !== undefined && there.trim() !== '';
  const old = isMerged ? networkOf(there) : {};
  const mode = wish.mode ?? old.mode ?? 'proxy';
  if (wish.range !== undefined && mode === 'proxy') {
    throw usageError({
      what: '--range is for the modes that lease addresses: pxe-only and full',
      why: 'in mode proxy the router gives the addresses',
      next: `pxectl init --mode pxe-only --range ${wish.range}`,
    });
  }
  const chosen = await chooseNetwork(wish);
  const isSameNetwork = old.address?.split('/')[0] === chosen.address;
  const known = wish.range ?? (isSameNetwork ? old.range : undefined);
  const range = mode === 'proxy' ? undefined : (known ?? proposeRange(chosen.address, chosen.prefix));
  const terms = range === undefined ? undefined : await findLeaseTerms(chosen);
  const isAssumed = range !== undefined && known === undefined;
  const network = {
    ...chosen,
    found: [...chosen.found, ...(terms?.found ?? [])],
    assumed: [
      ...chosen.assumed,
      ...(isAssumed ? [`nothing else uses or leases ${range}: check the router`] : []),
    ],
  };
  const found = { path, network, ...(range === undefined ? {} : { range }) };
  if (isMerged) {
    const edit = await mergeIntoConfig(
      path,
      (document) => {
        mergeNetwork(document, {
          ...network,
          mode,
          ...(range === undefined ? {} : { range }),
          ...(terms && { terms }),
        });
        const images = document.get('images');
        const listed = isSeq(images) ? images.items.map(String) : [];
        const missing = wish.images.filter((id) => !listed.includes(id));
        if (missing.length > 0) addImages(document, missing);
      },
      wish.isDryRun,
    );
    return { ...found, text: edit.text, edit };
  }
  const text = renderInitialConfig(
    {
      interfaceName: network.interfaceName,
      address: network.address,
      prefix: network.prefix,
      // what is leased lies around one address: there it stands still
      isAddressAuto: wish.address === undefined && mode === 'proxy',
      ...(network.router === undefined ? {} : { router: network.router }),
      mode,
      ...(range === undefined ? {} : { range }),
      ...(terms && { terms }),
      images: wish.images,
      assumed: network.assumed,
    },
    readTemplate,
  );
  try {
    parseConfig(text, { path, stateRoot: layoutBeside(path).root });
  } catch (error) {
    throw refusedChange(error, path);
  }
  if (!wish.isDryRun) await writeOutputFile(path, text);
  return { ...found, text };
}

async function chooseNetwork(wish: InitWish): Promise<ChosenInterface> {
  const interfaces = await listInterfaces();
  const route = await readDefaultRoute();
  const named = (name: string | undefined): ChosenInterface =>
    chooseInterface(interfaces, route, {
      ...(name === undefined ? {} : { interfaceName: name }),
      ...(wish.address === undefined ? {} : { address: wish.address }),
    });
  const usable = interfaces.filter((candidate) => !candidate.isLoopback && candidate.addresses.length > 0);
  const isOpen = wish.interfaceName === undefined && wish.address === undefined && usable.length > 1;
  if (!isOpen || wish.ask === undefined) return named(wish.interfaceName);
  const proposed = usable.find((candidate) => candidate.name === route?.interfaceName) ?? usable[0];
  return named(
    await wish.ask(
      usable.map((candidate) => candidate.name),
      proposed?.name ?? '',
    ),
  );
}
