import { access, readFile } from 'node:fs/promises';
import { dirname, join, parse, resolve } from 'node:path';
import type { Config, EngineChoice } from '../model/config.ts';
import type { KnownInstalls } from '../model/machine-state.ts';
import { configError, systemCodeOf, type PxectlError } from '../model/errors.ts';
import { layoutBeside, type StateLayout } from '../model/state-layout.ts';
import { diskError } from '../platform/files.ts';
import { refuseForeignPlaces, refusePlanted } from '../platform/folder-trust.ts';
import { applyInstalls } from '../machines/apply-installs.ts';
import { readOnThisComputer } from './own-network.ts';
import { inventoryPath } from '../machines/inventory/inventory-file.ts';
import { openMachineStates } from '../machines/machine-states.ts';
import { stateFiles } from '../machines/state-file.ts';
import { eventFiles } from '../watch/event-files.ts';
import { historyPath } from '../watch/history-file.ts';

/** The name that pxectl looks for, from the current folder upwards. */
export const CONFIG_FILE_NAME = 'pxectl.yaml';

/** A configuration and the state folder beside it. */
export interface Project {
  readonly configPath: string;
  /** what was read there */
  readonly configText: string;
  readonly config: Config;
  readonly layout: StateLayout;
  readonly overrides: ConfigOverrides;
  /** what machines behind relays show for their orders */
  readonly orderTokens: KnownInstalls['tokens'];
  /** why what was known of machines is not believed: nobody is armed */
  readonly stateProblem?: string;
  /** why `auto` in `network` stands for nothing now: nothing can be served, and all else works */
  readonly networkProblem?: PxectlError;
}

/** What the command line says instead of the file; it stays in force when the file is read again. */
export interface ConfigOverrides {
  readonly engine?: EngineChoice;
  readonly defaultImage?: string;
}

/**
 * The path of the configuration: `requested` as it is, else the nearest pxectl.yaml; undefined when there is none.
 * @throws PxectlError E_UNSAFE_FOLDER when root would obey somebody else, or anybody what another user left on the way
 */
export async function findConfig(requested: string | undefined, from: string): Promise<string | undefined> {
  const path = await lookForConfig(requested, from);
  await refuseForeignProject(path ?? join(from, CONFIG_FILE_NAME));
  const isOnTheWay = requested === undefined && path !== undefined && dirname(path) !== resolve(from);
  if (isOnTheWay) await refusePlanted(path);
  return path;
}

async function lookForConfig(requested: string | undefined, from: string): Promise<string | undefined> {
  if (requested !== undefined) return resolve(requested);
  const { root } = parse(resolve(from));
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, CONFIG_FILE_NAME);
    if (await isThere(candidate)) return candidate;
    if (folder === root) return undefined;
  }
}

/**
 * Whether root may use this configuration, there or yet to be written, and the state beside it.
 * @throws PxectlError E_UNSAFE_FOLDER
 */
export async function refuseForeignProject(configPath: string): Promise<void> {
  const { root, run, images, loaders, tftpRoot, httpRoot, events } = layoutBeside(configPath);
  await refuseForeignPlaces({
    folder: dirname(configPath),
    paths: [configPath, root, dirname(tftpRoot), tftpRoot, httpRoot, images, loaders],
    unlinked: [
      run,
      ...eventFiles(events),
      ...stateFiles({ root }),
      inventoryPath({ root }),
      historyPath({ root }),
    ],
  });
}

/**
 * Loads the configuration and what is known of its machines.
 * @throws PxectlError E_CONFIG_NOT_FOUND, E_CONFIG_SYNTAX, E_CONFIG_VALUE, E_CONFIG_UNSAFE_VALUE
 */
export async function loadProject(
  requested: string | undefined,
  from: string = process.cwd(),
): Promise<Project> {
  const configPath = await findConfig(requested, from);
  if (configPath === undefined) {
    throw configError('E_CONFIG_NOT_FOUND', {
      what: `no ${CONFIG_FILE_NAME} here or in a folder above`,
      why: `looked from ${from} upwards`,
      next: 'pxectl init, or pxectl up IMAGE to do everything in one go',
    });
  }
  const layout = layoutBeside(configPath);
  const text = await readConfigText(configPath);
  const place = { path: configPath, stateRoot: layout.root };
  const { config, networkProblem } = await readOnThisComputer(text, place);
  const known = await openMachineStates(layout).known();
  return {
    configPath,
    configText: text,
    config: applyInstalls(config, known),
    layout,
    overrides: {},
    orderTokens: known.tokens,
    ...(networkProblem === undefined ? {} : { networkProblem }),
    ...(known.problem === undefined ? {} : { stateProblem: known.problem }),
  };
}

/** The project with the command line's wishes put over the file. */
export function overrideConfig(project: Project, overrides: ConfigOverrides): Project {
  const { config } = project;
  const { engine = config.engine, defaultImage = config.boot.default } = overrides;
  return {
    ...project,
    overrides,
    config: { ...config, engine, boot: { ...config.boot, default: defaultImage } },
  };
}

/** The project as the file says now, with the same overrides. */
export async function reloadProject(project: Project): Promise<Project> {
  return overrideConfig(await loadProject(project.configPath), project.overrides);
}

async function readConfigText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'EISDIR') {
      throw configError('E_CONFIG_NOT_FOUND', {
        what: `there is no configuration file ${path}`,
        next: 'give the right --config, or run pxectl init',
        cause: error,
      });
    }
    throw diskError(error, path);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
