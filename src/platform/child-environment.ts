/** Variables of this name hold secrets of seeds. */
export const SECRET_PREFIX = 'PXECTL_SECRET_';

/**
 * What pxectl reads of programs is in English whatever the user's language: dnsmasq, ip, apt and others translate it.
 * LC_ALL=C also puts LANGUAGE out of force (gettext(3)).
 */
const READABLE = { LC_ALL: 'C' } as const;

const isSecret = (name: string): boolean => name.startsWith(SECRET_PREFIX);

/** The whole environment of a program: that of pxectl without secrets, which whoever talks to strangers must not hold. */
export function childEnvironment(
  own: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string | undefined>> {
  const inherited = Object.entries(process.env).filter(([name]) => !isSecret(name));
  return { ...Object.fromEntries(inherited), ...READABLE, ...own };
}

/** For another pxectl that gives out seeds. */
export function secretsForChild(): Readonly<Record<string, string>> {
  const secrets = Object.entries(process.env).filter(([name]) => isSecret(name));
  return Object.fromEntries(secrets) as Readonly<Record<string, string>>;
}
