import type { Config, Profile } from './config.ts';
import { checkMatch } from './config-match.ts';
import type { ConfigFile } from './config-schema.ts';
import { checkSettings, layersOf, type SettingsChecks } from './config-settings.ts';
import { resolveSettings } from './resolve-settings.ts';
import { PROFILE_NAME } from './safe-text.ts';

/** Reads `profiles`, in the order of the file. */
export function checkProfiles(
  file: ConfigFile,
  checks: SettingsChecks,
  network: Config['network'] | undefined,
): Profile[] {
  const { checker, place } = checks;
  const matches = new Map<string, string>();
  return Object.entries(file.profiles ?? {}).map(([name, profile]): Profile => {
    const path = ['profiles', name];
    checker.safeKey(path, PROFILE_NAME);
    checkSettings(profile, path, checks);
    if (profile.install !== undefined && profile.image === 'local') {
      const why = 'there is nothing to install: its machines boot from their own disks';
      checker.wrong([...path, 'install', 'seed'], profile.install.seed, why);
    }
    const { settings } = resolveSettings(layersOf(file, { profile: name }, place));
    if (profile.match === undefined) return { ...settings, name, isArmed: false };
    const matchPath = [...path, 'match'];
    const match = checkMatch(profile.match, matchPath, checker, network);
    const earlier = matches.get(JSON.stringify(match));
    if (earlier !== undefined) {
      checker.wrong(matchPath, profile.match, `${earlier} stands before it and takes the same clients`);
    } else matches.set(JSON.stringify(match), name);
    return { ...settings, name, isArmed: false, match };
  });
}
