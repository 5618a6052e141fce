import { dirname, resolve } from 'node:path';
import type { Vars } from './config.ts';
import { checkPowerValues } from './config-power.ts';
import type { ConfigChecker } from './config-checker.ts';
import type { ConfigPath } from './config-problems.ts';
import type { ConfigFile, SettingsFile } from './config-schema.ts';
import type { Layer, LayerValues } from './resolve-settings.ts';
import type { OwnNetwork } from './own-network.ts';
import { privatePlaces, whyNoSeed } from './private-places.ts';
import { FILE_PATH, KERNEL_ARGUMENT, VAR_NAME } from './safe-text.ts';

/** Where the file lies, and what belongs to it. */
export interface ConfigPlace {
  readonly path: string;
  readonly stateRoot: string;
  /** what `auto` in `network` stands for; who only looks at the rest of the file leaves it out */
  readonly own?: OwnNetwork | undefined;
}

export interface SettingsChecks {
  readonly checker: ConfigChecker;
  readonly place: ConfigPlace;
  readonly isImage: (path: ConfigPath, value: string) => void;
  /** `boot.default`, filled in */
  readonly defaultImage: string;
}

/** Looks at what a machine or a profile says, each value by itself. */
export function checkSettings(settings: SettingsFile, path: ConfigPath, checks: SettingsChecks): void {
  const { checker, place, isImage } = checks;
  if (settings.image !== undefined) isImage([...path, 'image'], settings.image);
  (settings.arguments ?? []).forEach((argument, at) =>
    checker.safe([...path, 'arguments', at], argument, KERNEL_ARGUMENT),
  );
  checkVars(settings.vars, path, checker);
  checkPowerValues(settings.power, path, checker);
  if (settings.install === undefined) return;
  const seedPath = [...path, 'install', 'seed'];
  checker.safe(seedPath, settings.install.seed, FILE_PATH);
  const why = whyNoSeed(besideConfig(settings.install.seed, place), privatePlaces(place));
  if (why !== undefined) checker.wrong(seedPath, settings.install.seed, why);
}

/** Names of vars are words of templates. */
export function checkVars(vars: Vars | undefined, path: ConfigPath, checker: ConfigChecker): void {
  for (const name of Object.keys(vars ?? {})) checker.safeKey([...path, 'vars', name], VAR_NAME);
}

/** Who says what, the machine first: what `resolveSettings` decides from. */
export function layersOf(
  file: ConfigFile,
  of: { readonly machine?: number; readonly profile?: string | undefined },
  place: ConfigPlace,
): readonly Layer[] {
  const machine = of.machine === undefined ? undefined : file.machines?.[of.machine];
  const { profile } = of;
  const named =
    profile !== undefined && Object.hasOwn(file.profiles ?? {}, profile)
      ? file.profiles?.[profile]
      : undefined;
  return [
    ...(machine === undefined || of.machine === undefined
      ? []
      : [
          layer(
            'machine',
            `machine ${machine.name ?? of.machine + 1}`,
            ['machines', of.machine],
            machine,
            place,
          ),
        ]),
    ...(named === undefined || profile === undefined
      ? []
      : [layer('profile', `profile ${profile}`, ['profiles', profile], named, place)]),
    globalLayer(file),
  ];
}

function layer(
  kind: Layer['kind'],
  title: string,
  path: ConfigPath,
  settings: SettingsFile,
  place: ConfigPlace,
): Layer {
  const { install } = settings;
  const values: LayerValues = {
    image: settings.image,
    install:
      install === undefined
        ? undefined
        : { seed: besideConfig(install.seed, place), once: install.once ?? true },
    secureBoot: settings.secureBoot,
    arguments: settings.arguments,
    loaders: settings.loaders,
    vars: settings.vars,
    power: settings.power,
  };
  return { kind, title, values, pathOf: (key) => [...path, ...key.split('.')] };
}

function globalLayer(file: ConfigFile): Layer {
  const { boot = {}, images = [] } = file;
  const isDefaultNamed = boot.default !== undefined;
  return {
    kind: 'global',
    title: '',
    values: {
      image: boot.default ?? images[0],
      arguments: boot.arguments,
      loaders: file.loaders,
      vars: file.vars,
    },
    pathOf: (key) =>
      key === 'image'
        ? isDefaultNamed
          ? ['boot', 'default']
          : ['images', 0]
        : key === 'arguments'
          ? ['boot', 'arguments']
          : key.split('.'),
  };
}

/** Files are named from the configuration's own folder. */
export const besideConfig = (file: string, { path }: ConfigPlace): string => resolve(dirname(path), file);
