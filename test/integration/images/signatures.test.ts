import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PxectlError } from '../../../src/model/errors.ts';
import { debianKey } from '../../../src/images/catalogue/debian.ts';
import { readKeyRing } from '../../../src/images/verify/key-ring.ts';
import {
  verifyClearsigned,
  verifyDetached,
  type SignatureBackend,
  type TrustedKeys,
} from '../../../src/images/verify/verify-signature.ts';
import { checkRelease, releaseSums } from '../../../src/images/verify/release-file.ts';
import { makeGpgTestKey, type GpgTestKey } from '../../support/gpg-test-key.ts';

const BACKENDS: readonly SignatureBackend[] = ['gpgv', 'openpgp'];
const LIST = Buffer.from(`${'a'.repeat(64)} *ubuntu-20.04.3-live-server-amd64.iso\n`);
let vendor: GpgTestKey;
let stranger: GpgTestKey;
let expired: GpgTestKey;

beforeAll(() => {
  vendor = makeGpgTestKey('Vendor <vendor@example.org>');
  stranger = makeGpgTestKey('Stranger <stranger@example.org>');
  expired = makeGpgTestKey('Expired <expired@example.org>', { expiry: '1d', fakeTime: '20200101T000000!' });
});
afterAll(() => [vendor, stranger, expired].forEach((key) => key.dispose()));

const trust = (...keys: readonly GpgTestKey[]): TrustedKeys => ({
  ring: Buffer.concat(keys.map((key) => key.publicKey)),
  fingerprints: [vendor.fingerprint],
  origin: 'the test ring',
});
const why = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error instanceof PxectlError ? `${error.code}: ${error.why ?? ''}` : String(error)),
  );

describe.each(BACKENDS)('%s', (backend) => {
  const verify = (data: Buffer, signature: Buffer, keys: TrustedKeys): Promise<unknown> =>
    verifyDetached('SHA256SUMS', data, signature, keys, backend);

  it('refuses a signature made with SHA-1, however good it is', async () => {
    const signature = vendor.detachedSignature(LIST, 'SHA1');
    expect(await why(verify(LIST, signature, trust(vendor)))).toMatch(/E_SIGNATURE: .*cannot be checked/);
    expect(await why(verify(LIST, vendor.detachedSignature(LIST, 'SHA512'), trust(vendor)))).toBe('accepted');
  });

  it('accepts a signature by the pinned key and names it', async () => {
    const good = await verifyDetached(
      'SHA256SUMS',
      LIST,
      vendor.detachedSignature(LIST),
      trust(vendor),
      backend,
    );
    expect(good).toEqual({ fingerprint: vendor.fingerprint, userId: 'Vendor <vendor@example.org>' });
  });

  it('refuses a changed list', async () => {
    const changed = Buffer.from(LIST.toString().replace('a', 'b'));
    expect(await why(verify(changed, vendor.detachedSignature(LIST), trust(vendor)))).toMatch(
      /E_SIGNATURE: it does not fit the file/,
    );
  });

  it('refuses a good signature by a key that is in the ring and not pinned', async () => {
    const said = await why(verify(LIST, stranger.detachedSignature(LIST), trust(vendor, stranger)));
    expect(said).toContain(`it was made by ${stranger.fingerprint}`);
  });

  it('refuses an unknown key', async () => {
    expect(await why(verify(LIST, stranger.detachedSignature(LIST), trust(vendor)))).toMatch(
      /which is not in the test ring/,
    );
  });

  it('tells who trusts a key ring of their own to look for another one', async () => {
    const own = { ring: vendor.publicKey, fingerprints: undefined, origin: 'own.gpg' };
    await expect(verify(LIST, stranger.detachedSignature(LIST), own)).rejects.toMatchObject({
      next: 'try another mirror, or a key ring that has the key of this one: --keyring FILE',
    });
  });

  it('refuses an expired key', async () => {
    const keys = { ...trust(expired), fingerprints: [expired.fingerprint] };
    expect(await why(verify(LIST, expired.detachedSignature(LIST), keys))).toMatch(/has expired/);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a web page', Buffer.from('<html>not found</html>')],
    ['a signature cut short', () => vendor.detachedSignature(LIST).subarray(0, 200)],
  ] as const)('refuses %s in place of a signature', async (_name, signature) => {
    const bytes = typeof signature === 'function' ? signature() : signature;
    expect(await why(verify(LIST, bytes, trust(vendor)))).toMatch(/^E_SIGNATURE/);
  });

  it('accepts a clear-signed text and returns only what was signed', async () => {
    const text = 'SHA256 (a.iso) = 00\n- dashes are escaped\n';
    const forged = Buffer.concat([
      Buffer.from('SHA256 (a.iso) = forged\n'),
      vendor.clearsign(text),
      Buffer.from('tail\n'),
    ]);
    const { signedText } = await verifyClearsigned('CHECKSUM', forged, trust(vendor), backend);
    expect(signedText.trimEnd()).toBe(text.trimEnd());
  });

  it('refuses a clear-signed text that was changed', async () => {
    const forged = Buffer.from(vendor.clearsign('SHA256 (a.iso) = 00\n').toString().replace('= 00', '= 11'));
    expect(await why(verifyClearsigned('CHECKSUM', forged, trust(vendor), backend))).toMatch(/does not fit/);
  });

  const lists = '/var/lib/apt/lists';
  const inRelease = existsSync(lists)
    ? readdirSync(lists).find((name) => /_debian_dists_bookworm_InRelease$/.test(name))
    : undefined;
  it.skipIf(inRelease === undefined)(
    "accepts Debian's own InRelease by the pinned fingerprints",
    async () => {
      const text = readFileSync(`${lists}/${inRelease}`);
      const pin = debianKey('12');
      const keys = readKeyRing(readFileSync(pin.installedRings[0] ?? ''));
      const pinned = keys.filter((key) => pin.fingerprints.includes(key.fingerprint ?? ''));
      expect(pinned.map((key) => key.userId).sort()).toEqual([
        'Debian Archive Automatic Signing Key (12/bookworm) <ftpmaster@debian.org>',
        'Debian Stable Release Key (12/bookworm) <debian-release@lists.debian.org>',
      ]);
      const ring = {
        ring: Buffer.concat(pinned.map((key) => key.bytes)),
        fingerprints: pin.fingerprints,
        origin: 'installed',
      };
      const { signedText } = await verifyClearsigned('InRelease', text, ring, backend);
      expect(releaseSums(signedText).get('main/installer-amd64/current/images/SHA256SUMS')).toMatch(
        /^[0-9a-f]{64}$/,
      );
    },
  );
});

describe('a Release file', () => {
  const now = new Date('2026-11-27T12:00:00Z');
  const check = (fields: string, codename = 'trixie'): Promise<string> =>
    why(Promise.resolve().then(() => checkRelease(fields, { codename, name: 'InRelease' }, now)));

  it('of another release is not taken for the one that was asked for', async () => {
    expect(await check('Suite: stable\nCodename: trixie\n')).toBe('accepted');
    expect(await check('Suite: oldstable\nCodename: bookworm\n')).toMatch(/E_SIGNATURE: it is of bookworm/);
    expect(await check('Origin: Debian\n')).toMatch(/of no named release/);
  });

  it('that has run out is refused', async () => {
    const until = (date: string): string => `Codename: trixie\nValid-Until: ${date}\n`;
    expect(await check(until('Sat, 28 Nov 2026 10:00:00 UTC'))).toBe('accepted');
    expect(await check(until('Thu, 26 Nov 2026 10:00:00 UTC'))).toMatch(/valid until/);
    expect(await check(until('some day'))).toMatch(/valid until/);
  });
});
