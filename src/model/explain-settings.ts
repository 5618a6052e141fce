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

/** Whose settings: of a machine, of what a profile takes, or (neither) of everyone else. */
export interface ExplainedClient {
  readonly machineName?: string | undefined;
  readonly profile?: string | undefined;
}

/**
 * Reads the file once, and tells then which line gave each value of whoever is asked about.
 * @throws PxectlError as `parseConfig`
 */
export function settingsExplainer(
  text: string,
  place: ConfigPlace,
): (of: ExplainedClient) => readonly ExplainedSetting[] {
  const { config, file, lineOf } = readConfigSource(text, place);
  const located = (source: Source): LocatedSource => ({ ...source, line: lineOf(source.path) });
  return ({ machineName, profile }) => {
    const index = config.machines.findIndex(({ name }) => name === machineName);
    const named = index < 0 ? profile : config.machines[index]?.profile;
    const layers = layersOf(file, { ...(index < 0 ? {} : { machine: index }), profile: named }, place);
    return resolveSettings(layers).decisions.map(({ from, over, ...decision }) => ({
      ...decision,
      ...(from === undefined ? {} : { from: located(from) }),
      over: over.map(located),
    }));
  };
}
