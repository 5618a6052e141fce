import type { Config } from '../model/config.ts';

/** Who boots an image: `default`, `menu`, `profile NAME` and names of machines. */
export function imageUsers(id: string, config: Pick<Config, 'profiles' | 'machines' | 'boot' | 'images'>) {
  const profiles = config.profiles.filter(({ image }) => image === id).map(({ name }) => name);
  const machines = config.machines.filter(
    ({ image, profile }) => image === id && !profiles.includes(profile ?? ''),
  );
  const users = [...profiles.map((name) => `profile ${name}`), ...machines.map(({ name }) => name)];
  if (config.boot.default === id) return ['default', ...users];
  return config.images.includes(id) ? ['menu', ...users] : users;
}
