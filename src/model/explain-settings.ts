import { readConfigSource } from './config-file.ts';
import { layersOf, type ConfigPlace } from './config-settings.ts';
import { resolveSettings, type SettingDecision, type Source } from './resolve-settings.ts';

export interface LocatedSource extends Source {
  /** of pxectl.yaml */
  readonly line: number;
}

/** @see SettingDecision */
export interface ExplainedSetting extends Pick<SettingDecision, 'key' | 'value' | 'because'> {
  readonly from?: LocatedSource;
  readonly over: readonly LocatedSource[];
}

/**
 * Which line of the file gave each value of a machine, or of what holds for a profile's clients, or for everyone else.
 * @throws PxectlError as `parseConfig`
 */
export function explainSettings(
  text: string,
  of: { readonly machineName?: string | undefined; readonly profile?: string | undefined },
  place: ConfigPlace,
): readonly ExplainedSetting[] {
  const { config, file, lineOf } = readConfigSource(text, place);
  const index = config.machines.findIndex(({ name }) => name === of.machineName);
  const profile = index < 0 ? of.profile : config.machines[index]?.profile;
  const layers = layersOf(file, { ...(index < 0 ? {} : { machine: index }), profile }, place);
  const located = (source: Source): LocatedSource => ({ ...source, line: lineOf(source.path) });
  return resolveSettings(layers).decisions.map(({ from, over, ...decision }) => ({
    ...decision,
    ...(from === undefined ? {} : { from: located(from) }),
    over: over.map(located),
  }));
}
