import { usageError, type PxectlError } from '../../model/errors.ts';
import type { SeedFormat } from '../../model/image.ts';
import { printable } from '../../model/printable.ts';

interface SeedFamily {
  readonly format: Exclude<SeedFormat, 'none'>;
  /** of a new seed's file */
  readonly ending: string;
  /** an image that it can be for */
  readonly image: string;
  readonly keyboard: string;
  /** settings that its seeds have no place for */
  readonly without: readonly (keyof SeedWishes)[];
}

/** Whose seeds `seeds new` writes, each from templates/seeds/NAME.hbs. */
export const SEED_FAMILIES = {
  ubuntu: { format: 'autoinstall', ending: 'yaml', image: 'ubuntu-24.04', keyboard: 'us', without: [] },
  debian: { format: 'preseed', ending: 'cfg', image: 'debian-12', keyboard: 'us', without: [] },
  fedora: { format: 'kickstart', ending: 'ks', image: 'fedora-43', keyboard: 'us', without: [] },
  alpine: { format: 'alpine', ending: 'sh', image: 'alpine-3.22', keyboard: 'us', without: ['locale'] },
  opensuse: {
    format: 'autoyast',
    ending: 'xml',
    image: 'opensuse-leap-15.6',
    keyboard: 'english-us',
    without: [],
  },
  talos: {
    ...{ format: 'talos', ending: 'yaml', image: 'talos', keyboard: '' },
    without: ['user', 'keys', 'password', 'locale', 'keyboard', 'timezone'],
  },
  flatcar: {
    format: 'ignition',
    ending: 'ign',
    image: 'flatcar-stable',
    keyboard: '',
    without: ['locale', 'keyboard'],
  },
} as const satisfies Readonly<Record<string, SeedFamily>>;

export type SeedFamilyName = keyof typeof SEED_FAMILIES;

export const withoutOf = (family: SeedFamilyName): SeedFamily['without'] => SEED_FAMILIES[family].without;

/** What somebody wants of a new seed. */
export interface SeedWishes {
  readonly user?: string | undefined;
  /** the text of a file with public keys */
  readonly keys?: string | undefined;
  readonly password?: string | undefined;
  readonly disk?: string | undefined;
  readonly locale?: string | undefined;
  readonly timezone?: string | undefined;
  readonly keyboard?: string | undefined;
}

/** What the template of a family is filled with: each is a word that is none of the formats' own signs. */
export interface NewSeedView {
  readonly user: string;
  readonly isOtherUser: boolean;
  /** SHA-512 in crypt(3)'s form; empty: nobody gets in with a password */
  readonly hash: string;
  readonly keys: readonly string[];
  /** empty: one that the installer chooses */
  readonly disk: string;
  /** as anaconda calls it */
  readonly diskName: string;
  readonly locale: string;
  readonly timezone: string;
  readonly keyboard: string;
}

/** What each may look like: useradd(8) of Debian, locale(7), tzfile(5); none has a sign of YAML, XML, JSON or a shell. */
const LOOKS = [
  ['user', [/^[a-z_][a-z0-9_-]{0,31}$/, 'small letters, digits, - and _']],
  ['disk', [/^\/dev\/[\w.:+/-]+$/, 'a device like /dev/sda']],
  ['locale', [/^[a-z]{2,3}(_[A-Z]{2})?(\.[\w-]+)?(@[a-z]+)?$/i, 'a locale like en_US.UTF-8']],
  ['timezone', [/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+){0,2}$/, 'a name like Europe/Berlin']],
  ['keyboard', [/^[A-Za-z][\w-]*$/, 'a layout like us or de']],
] as const;

/**
 * What a new seed is made from, for wishes and the hash of the password.
 * @throws PxectlError E_USAGE for a value that no seed can have, and when nobody could log in
 */
export function newSeedView(family: SeedFamilyName, wishes: SeedWishes, hash: string): NewSeedView {
  const { keyboard } = SEED_FAMILIES[family];
  const {
    user = family === 'flatcar' ? 'core' : 'admin',
    disk = '',
    locale = 'en_US.UTF-8',
    timezone = 'Etc/UTC',
  } = wishes;
  const chosen = { user, disk, locale, timezone, keyboard: wishes.keyboard ?? keyboard };
  for (const [name, [look, words]] of LOOKS) {
    const value = wishes[name];
    if (value === undefined || look.test(value)) continue;
    throw usageError({ what: `--${name} ${printable(value)}: that can be none`, next: `it is ${words}` });
  }
  const keys = publicKeys(wishes.keys ?? '');
  const hasUsers = !withoutOf(family).includes('user');
  if (hasUsers && keys.length === 0 && hash === '') throw nobodyGetsIn();
  return { ...chosen, hash, keys, isOtherUser: user !== 'core', diskName: disk.replace('/dev/', '') };
}

const nobodyGetsIn = (): PxectlError =>
  usageError({
    what: 'nobody could log in: there is no SSH key and no password',
    next: 'give --ssh-key FILE.pub, or --password-file FILE',
  });

/** sshd(8), AUTHORIZED_KEYS FILE FORMAT, without options before the key. */
const KEY = /^((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[\w@.-]+) ([A-Za-z0-9+/]{16,}={0,3})(?: (.*))?$/;

/** Each once: Ignition refuses a key that stands twice. @throws PxectlError E_USAGE for anything that is no public key */
function publicKeys(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const keys = lines.flatMap((line, index) => {
    if (line === '' || line.startsWith('#')) return [];
    const [, type = '', key = '', comment = ''] = KEY.exec(line.replaceAll(/\s+/g, ' ')) ?? [];
    if (key !== '') return [/^[\w@.+-]+$/.test(comment) ? `${type} ${key} ${comment}` : `${type} ${key}`];
    throw usageError({
      what: `line ${index + 1} of the SSH keys is no public key`,
      ...(/PRIVATE KEY/.test(text) ? { why: 'this is the private half, which never leaves its owner' } : {}),
      next: 'give the file that ends in .pub: ssh-keygen -t ed25519 makes both',
    });
  });
  return [...new Set(keys)];
}
