import { layoutBeside } from '../../model/state-layout.ts';
import { join, resolve } from 'node:path';
import { isSeq } from 'yaml';
import { CONFIG_FILE_NAME, refuseForeignProject } from '../../engine/project.ts';
import { parseConfig } from '../../model/config-file.ts';
import type { NetworkMode } from '../../model/config.ts';
import { usageError } from '../../model/errors.ts';
import { AUTO } from '../../model/own-network.ts';
import { proposeRange } from '../../model/propose-range.ts';
import { chooseInterface, type ChosenInterface } from '../../net/choose-interface.ts';
import { listInterfaces, readDefaultRoute } from '../../net/interfaces.ts';
import { readTextIfThere } from '../../platform/files.ts';
import { outputFileMode, writeOutputFile } from '../../platform/output-file.ts';
import { readTemplate } from '../../platform/packaged-files.ts';
import { renderInitialConfig } from '../../render/initial-config.ts';
import { addImages, mergeIntoConfig, type ConfigEdit } from '../../machines/config-file/edit-config.ts';
import { refusedChange } from '../../machines/config-file/refused-change.ts';
import { ignoreState } from './ignore-state.ts';
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
 * Looks at the network and writes a commented pxectl.yaml, and a .gitignore beside it. In a file that is there all that it says
 * stays, but for what was asked for; with `isForced` its network becomes the one that is found.
 * @throws PxectlError E_NO_INTERFACE, E_NO_ADDRESS, E_USAGE
 */
export async function initialise(wish: InitWish): Promise<InitResult> {
  const path = wish.configPath ?? join(process.cwd(), CONFIG_FILE_NAME);
  await refuseForeignProject(resolve(path));
  await outputFileMode(path);
  const there = await readTextIfThere(path);
  const isMerged = there !== undefined && there.trim() !== '';
  const old = isMerged ? networkOf(there) : {};
  const mode = wish.mode ?? old.mode ?? 'proxy';
  if (wish.range !== undefined && mode === 'proxy') {
    throw usageError({
      what: '--range is for the modes that lease addresses: pxe-only and full',
      why: 'in mode proxy the router gives the addresses',
      next: `pxectl init --mode pxe-only --range ${wish.range}`,
    });
  }
  const isAuto = wish.address === AUTO;
  const { address: asked, ...open } = wish;
  const looked: InitWish = asked === undefined || isAuto ? open : { ...open, address: asked };
  const kept = isAuto && old.interfaceName !== undefined ? { interfaceName: old.interfaceName } : old;
  const chosen = await chooseNetwork(wish.isForced ? looked : asWritten(looked, kept));
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
          isAddressAuto: isAuto,
          isKept: (key) => !wish.isForced && !isAsked(key, wish),
        });
        const images = document.get('images');
        const listed = isSeq(images) ? images.items.map(String) : [];
        const missing = wish.images.filter((id) => !listed.includes(id));
        if (missing.length > 0) addImages(document, missing);
      },
      wish.isDryRun,
    );
    if (!wish.isDryRun) await ignoreState(path);
    return { ...found, text: edit.text, edit };
  }
  const text = renderInitialConfig(
    {
      interfaceName: network.interfaceName,
      address: network.address,
      prefix: network.prefix,
      // what is leased lies around one address: there it stands still
      isAddressAuto: isAuto || (wish.address === undefined && mode === 'proxy'),
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
  if (!wish.isDryRun) {
    await writeOutputFile(path, text);
    await ignoreState(path);
  }
  return { ...found, text };
}

/** An address belongs to its interface: with another one it is looked for anew. */
function isAsked(key: 'interface' | 'address' | 'mode' | 'range', wish: InitWish): boolean {
  if (key === 'interface') return wish.interfaceName !== undefined;
  if (key === 'address') return wish.address !== undefined || wish.interfaceName !== undefined;
  return wish[key] !== undefined;
}

/** Networks that programs make for themselves, on which no machine boots unless somebody says so. */
const OF_A_PROGRAM = /^(docker\d+|br-[0-9a-f]{12}|veth\w+|cni\d+|podman\d+|tailscale\d+|wg\d+|tun\d+|zt\w+)$/;

/** What the file says of its network needs no looking for, and no question. */
function asWritten(wish: InitWish, { interfaceName, address }: ReturnType<typeof networkOf>): InitWish {
  if (wish.interfaceName !== undefined || wish.address !== undefined) return wish;
  const [bare] = address?.split('/') ?? [];
  return {
    ...wish,
    ...(interfaceName === undefined ? {} : { interfaceName }),
    ...(bare === undefined ? {} : { address: bare }),
  };
}

async function chooseNetwork(wish: InitWish): Promise<ChosenInterface> {
  const interfaces = await listInterfaces();
  const route = await readDefaultRoute();
  const named = (name: string | undefined): ChosenInterface =>
    chooseInterface(interfaces, route, {
      ...(name === undefined ? {} : { interfaceName: name }),
      ...(wish.address === undefined ? {} : { address: wish.address }),
    });
  const usable = interfaces.filter(
    ({ name, isLoopback, addresses }) => !isLoopback && addresses.length > 0 && !OF_A_PROGRAM.test(name),
  );
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
