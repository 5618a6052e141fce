import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assetError, messageOf, systemCodeOf } from '../../model/errors.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { diskError, writeFileAtomic } from '../../platform/files.ts';
import type { HttpClient } from '../download/http-client.ts';
import type { KeyPin } from './key-pins.ts';
import { tryReadKeyRing, type RingKey } from './key-ring.ts';
import type { TrustedKeys } from './verify-signature.ts';

/** Key rings are some tens of kilobytes. */
const MAX_RING_BYTES = 4 * 1024 * 1024;

/**
 * The keys that may sign: those of the user's own ring, or the pinned ones. The bytes of a pinned key are taken from
 * where they are nearest (a package's ring, an earlier download, the vendor): whoever hands them over cannot cheat,
 * since the fingerprint is a hash over the key.
 * @param keyring file given with --keyring; all its keys are trusted then
 * @throws PxectlError E_NOT_FOUND or E_SIGNATURE when no key could be had
 */
export async function findTrustedKeys(
  pin: KeyPin,
  keyring: string | undefined,
  layout: StateLayout,
  client: HttpClient,
): Promise<TrustedKeys> {
  if (keyring !== undefined) return readUserRing(keyring);
  for (const path of [...pin.installedRings, cachePath(pin, layout)]) {
    const bytes = await readFile(path).catch(() => undefined);
    const keys = bytes === undefined ? [] : pinnedKeysOf(bytes, pin);
    if (keys.length > 0) return asTrusted(keys, pin, path);
  }
  return downloadTrustedKeys(pin, layout, client);
}

const cachePath = (pin: KeyPin, layout: StateLayout): string =>
  join(layout.root, 'keys', `${pin.fingerprints[0] ?? 'none'}.gpg`);

/**
 * The pinned keys as they are published now. Vendors prolong keys and replace signing subkeys, and a copy that was made
 * earlier knows nothing of it.
 * @throws PxectlError E_SIGNATURE when no key could be had
 */
export async function downloadTrustedKeys(
  pin: KeyPin,
  layout: StateLayout,
  client: HttpClient,
): Promise<TrustedKeys> {
  const problems: string[] = [];
  for (const url of pin.urls) {
    try {
      const keys = pinnedKeysOf(await client.getBytes(url, MAX_RING_BYTES, { isVouched: true }), pin);
      if (keys.length === 0) {
        problems.push(`${client.askedAddress(url)} does not hold it`);
        continue;
      }
      await writeFileAtomic(cachePath(pin, layout), ringOf(keys));
      return asTrusted(keys, pin, url);
    } catch (error) {
      if (client.options.signal?.aborted === true) throw error;
      problems.push(messageOf(error));
    }
  }
  throw assetError('E_SIGNATURE', {
    what: `the key that must have signed is not to be had: ${pin.name}, ${pin.fingerprints.join(' or ')}`,
    why: problems.join('; '),
    next: 'put the key into a file and name it: --keyring FILE',
  });
}

async function readUserRing(path: string): Promise<TrustedKeys> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') {
      throw assetError('E_NOT_FOUND', { what: `there is no key ring ${path}`, next: 'check --keyring' });
    }
    if (systemCodeOf(error) === 'EISDIR') {
      throw assetError('E_NOT_FOUND', {
        what: `${path} is a folder and no key ring`,
        next: 'name the file in it: --keyring FILE',
      });
    }
    throw diskError(error, path);
  });
  const keys = tryReadKeyRing(bytes);
  if ('problem' in keys) {
    throw assetError('E_SIGNATURE', {
      what: `${path} is no OpenPGP key ring`,
      why: keys.problem,
      next: 'write one: gpg --export KEY > FILE',
    });
  }
  return { ring: ringOf(keys), fingerprints: undefined, origin: path };
}

function pinnedKeysOf(bytes: Uint8Array, pin: KeyPin): RingKey[] {
  const keys = tryReadKeyRing(bytes);
  if ('problem' in keys) return [];
  return keys.filter((key) => key.fingerprint !== undefined && pin.fingerprints.includes(key.fingerprint));
}

function asTrusted(keys: readonly RingKey[], pin: KeyPin, origin: string): TrustedKeys {
  return { ring: ringOf(keys), fingerprints: pin.fingerprints, origin };
}

function ringOf(keys: readonly RingKey[]): Uint8Array {
  return Buffer.concat(keys.map((key) => key.bytes));
}
