import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Whose key signs releases: what users verify with. */
export const PUBLIC_KEY = 'docs/release-key.pub';

/**
 * The Ed25519 signature of `bytes`.
 * @param keyFile a private key as PEM
 * @param publicKey the PEM that users have; a signature that it does not verify helps nobody
 */
export function signWith(keyFile: string, publicKey: string, bytes: Buffer): Buffer {
  const key = createPrivateKey(readFileSync(keyFile));
  const asUsersHaveIt = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
  if (!createPublicKey(key).export({ type: 'spki', format: 'der' }).equals(asUsersHaveIt)) {
    throw new Error(`the key of $PXECTL_RELEASE_KEY is not the one of ${PUBLIC_KEY}`);
  }
  return sign(undefined, bytes, key);
}
