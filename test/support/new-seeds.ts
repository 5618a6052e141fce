import {
  newSeedView,
  SEED_FAMILIES,
  withoutOf,
  type SeedFamilyName,
  type SeedWishes,
} from '../../src/machines/seeds/new-seed.ts';
import { readTemplate } from '../../src/platform/packaged-files.ts';
import { fillTemplate } from '../../src/render/template-engine.ts';

export const FAMILIES = Object.keys(SEED_FAMILIES) as readonly SeedFamilyName[];

export const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEE ada@lab';
const OTHER_KEY = KEY.replace('ada@lab', 'ada@home');
export const HASH =
  '$6$ytLlWnU1QLrYxrQP$3mrHlTKXlv7UIgDJXoZLPYq6pXhy6Ax1VhJ7ZjoqEs5mSyFKQHmWLkF4DLI4qYLJfX5bGPqdDqfFfSdPZCY6C/';

/** The text that `seeds new` writes. */
export function newSeed(family: SeedFamilyName, wishes: SeedWishes, hash = ''): string {
  return fillTemplate(readTemplate(`seeds/${family}.hbs`), { ...newSeedView(family, wishes, hash) });
}

/** What docs/seeds/ shows: a key that nobody has. */
export const DOCUMENTED_SEEDS = FAMILIES.map((family) => ({
  path: `docs/seeds/${family}.${SEED_FAMILIES[family].ending}`,
  text: newSeed(family, { user: family === 'flatcar' ? 'core' : 'ada', keys: KEY, disk: '/dev/sda' }),
}));

/** Every family with and without what may be left out. */
export const NEW_SEEDS = FAMILIES.flatMap((family) => {
  const others: SeedWishes = {
    user: 'ada',
    locale: 'de_DE.UTF-8',
    timezone: 'Europe/Berlin',
    keyboard: 'de',
  };
  const variants = {
    'a key alone': newSeed(family, { keys: KEY }),
    'a password alone': newSeed(family, { ...others, disk: '/dev/nvme0n1' }, HASH),
    'two keys, a password': newSeed(
      family,
      { ...others, keys: `${KEY}\n# home\n${OTHER_KEY}\n${KEY}` },
      HASH,
    ),
  };
  const all = Object.entries(variants).map(([name, text]) => ({ family, name, text }));
  return withoutOf(family).includes('user') ? all.slice(0, 1) : all;
});
