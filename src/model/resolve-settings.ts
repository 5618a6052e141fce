import type { BootSettings, InstallSeed, Loaders, Vars } from './config.ts';
import type { PowerFile } from './config-schema.ts';
import { pathText, type ConfigPath } from './config-problems.ts';

/** What one part of pxectl.yaml says: all of it may be missing. */
export interface LayerValues {
  readonly image?: string | undefined;
  readonly install?: InstallSeed | undefined;
  readonly secureBoot?: boolean | undefined;
  readonly arguments?: readonly string[] | undefined;
  readonly loaders?: { readonly [key in keyof Loaders]?: Loaders[key] | undefined } | undefined;
  readonly vars?: Vars | undefined;
  readonly power?: PowerFile | undefined;
}

export interface Layer {
  readonly kind: 'machine' | 'profile' | 'global';
  /** of the machine or the profile, in words */
  readonly title: string;
  readonly values: LayerValues;
  /** where the file has a value of this key, `image` or `vars.disk` */
  readonly pathOf: (key: string) => ConfigPath;
}

/** A line of the file that says something of a value. */
export interface Source {
  readonly title: string;
  readonly path: ConfigPath;
  readonly value: unknown;
}

/** Which line gave a value, and which others it won over. */
export interface SettingDecision {
  readonly key: string;
  readonly value: unknown;
  /** none: no line says anything, the value is built in */
  readonly from?: Source;
  readonly over: readonly Source[];
  /** why, where it is not simply the nearer line */
  readonly because?: string;
}

export interface ResolvedSettings {
  readonly settings: Omit<BootSettings, 'name' | 'isArmed'>;
  /** what the layers say of power together; whether it is enough is another question */
  readonly power?: PowerFile;
  readonly decisions: readonly SettingDecision[];
}

const LOADER_KEYS = ['bios', 'uefi'] as const;

/**
 * Decides what a client is booted with, from the nearest layer (a machine) to the farthest (what holds for everyone).
 * Kernel arguments add up, `vars` are merged key by key, everything else comes from the nearest layer that says it.
 */
export function resolveSettings(layers: readonly Layer[]): ResolvedSettings {
  const decisions: SettingDecision[] = [];
  const nearest = <T>(key: string, of: (values: LayerValues) => T | undefined, fallback: T): T => {
    const [from, ...over] = layers.flatMap((layer) => sourceOf(layer, key, of(layer.values)));
    const value = from === undefined ? fallback : (from.value as T);
    decisions.push({ key, value, ...(from === undefined ? {} : { from }), over });
    return value;
  };
  const image = nearest('image', (values) => values.image, 'local');
  // boot.default stays open: `up IMAGE` changes it for one run
  const ownImage = layers.find(({ kind, values }) => kind !== 'global' && values.image !== undefined);
  const install = installOf(layers, image, decisions);
  const secureBoot = nearest('secureBoot', (values) => values.secureBoot, false);
  const loaders = Object.fromEntries(
    LOADER_KEYS.map((key) => [key, nearest(`loaders.${key}`, ({ loaders: own }) => own?.[key], 'auto')]),
  ) as unknown as Loaders;
  const words = layers.toReversed().flatMap((layer) => {
    const value = layer.values.arguments ?? [];
    if (value.length === 0) return [];
    decisions.push({ key: 'arguments', value, from: { ...placeOf(layer, 'arguments'), value }, over: [] });
    return layer.kind === 'global' ? [] : value;
  });
  const names = new Set(layers.flatMap(({ values }) => Object.keys(values.vars ?? {})));
  const vars: [string, Vars[string]][] = [...names].map((name) => [
    name,
    nearest(`vars.${name}`, ({ vars: own }) => valueOf(own, name), null),
  ]);
  const powerKeys = new Set(layers.flatMap(({ values }) => Object.keys(values.power ?? {})));
  const power = Object.fromEntries(
    [...powerKeys].map((key) => [
      key,
      nearest<unknown>(`power.${key}`, ({ power: own }) => own?.[key as keyof PowerFile], undefined),
    ]),
  ) as PowerFile;
  return {
    ...(powerKeys.size === 0 ? {} : { power }),
    settings: {
      ...(ownImage === undefined ? {} : { image }),
      ...(install === undefined ? {} : { install }),
      secureBoot,
      arguments: words,
      loaders,
      vars: Object.fromEntries(vars),
    },
    decisions,
  };
}

/** An install that comes with the profile is for machines that boot an image: who boots its own disk has nothing to install. */
function installOf(
  layers: readonly Layer[],
  image: string,
  decisions: SettingDecision[],
): InstallSeed | undefined {
  const [from, ...over] = layers.flatMap((layer) => sourceOf(layer, 'install', layer.values.install));
  if (from === undefined) return undefined;
  const install = from.value as InstallSeed;
  const isOwn = layers[0]?.values.install !== undefined;
  if (isOwn || image !== 'local') {
    decisions.push({ key: 'install', value: install, from, over });
    return install;
  }
  const because = `image is local: the install of ${from.title} does not hold`;
  decisions.push({ key: 'install', value: null, over: [from, ...over], because });
  return undefined;
}

const valueOf = (vars: Vars | undefined, name: string): Vars[string] | undefined =>
  vars !== undefined && Object.hasOwn(vars, name) ? vars[name] : undefined;

function sourceOf(layer: Layer, key: string, value: unknown): readonly Source[] {
  return value === undefined ? [] : [{ ...placeOf(layer, key), value }];
}

const placeOf = (layer: Layer, key: string): Omit<Source, 'value'> => ({
  title: layer.kind === 'global' ? pathText(layer.pathOf(key)) : layer.title,
  path: layer.pathOf(key),
});
