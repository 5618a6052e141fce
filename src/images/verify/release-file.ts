import { assetError } from '../../model/errors.ts';

/** What a signed Release file must say of itself, so that the genuine one of another release is not taken for it. */
export interface ExpectedRelease {
  /** `bookworm` */
  readonly codename: string;
  /** the file's address, for messages */
  readonly name: string;
}

/**
 * Checks the fields of a Release file (Debian's repository format, as apt-secure(8) does): Codename is the one that was
 * asked for, and Valid-Until, where there is one, has not passed.
 * @throws PxectlError E_SIGNATURE
 */
export function checkRelease(release: string, expected: ExpectedRelease, now: Date): void {
  const field = (key: string): string | undefined =>
    new RegExp(`^${key}: *(.*?)\\r?$`, 'm').exec(release)?.[1]?.trim();
  const refuse = (why: string): Error =>
    assetError('E_SIGNATURE', {
      what: `${expected.name} is signed, and not what was asked for`,
      why,
      next: 'try another mirror: --mirror PREFIX=URL',
    });
  const codename = field('Codename');
  if (codename !== expected.codename) {
    throw refuse(`it is of ${codename ?? 'no named release'}, and should be of ${expected.codename}`);
  }
  const validUntil = field('Valid-Until');
  if (validUntil !== undefined && !(Date.parse(validUntil) >= now.getTime())) {
    throw refuse(
      `it was valid until ${validUntil}: a copy that the mirror keeps back, or this clock is wrong`,
    );
  }
}

/** The SHA256 field of a Release file (deb822: one line a file, sum size path). */
export function releaseSums(release: string): Map<string, string> {
  const section = /^SHA256:\n((?: .*\n?)+)/m.exec(release.replaceAll('\r\n', '\n'))?.[1] ?? '';
  const sums = new Map<string, string>();
  for (const line of section.split('\n')) {
    const match = /^ ([0-9a-f]{64})\s+\d+\s+(\S+)$/.exec(line.trimEnd());
    if (match?.[1] !== undefined && match[2] !== undefined) sums.set(match[2], match[1]);
  }
  return sums;
}
