import { assetError, environmentError, PxectlError, systemCodeOf } from '../../model/errors.ts';
import { isSingleExecutable } from '../../platform/packaged-files.ts';
import { findProgram } from '../../platform/processes.ts';
import type { SignatureFacts } from './signature-facts.ts';
import { installHint } from '../../platform/install-hint.ts';

/** Public keys that may vouch for a file. */
export interface TrustedKeys {
  /** binary key ring */
  readonly ring: Uint8Array;
  /** primary keys, upper-case hex; undefined when every key of the ring is trusted (`--keyring`) */
  readonly fingerprints: readonly string[] | undefined;
  /** where the ring came from, for messages */
  readonly origin: string;
}

export interface GoodSignature {
  /** primary key, upper-case hex */
  readonly fingerprint: string;
  readonly userId: string | undefined;
}

export type SignatureBackend = 'gpgv' | 'openpgp';

/** gpgv where it is installed, else the openpgp package. @throws PxectlError E_TOOL_MISSING when there is neither */
export async function chooseSignatureBackend(): Promise<SignatureBackend> {
  if ((await findProgram('gpgv')) !== undefined) return 'gpgv';
  try {
    await import('openpgp');
    return 'openpgp';
  } catch (error) {
    // the single executable has no packages beside it
    if (!isSingleExecutable && systemCodeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw environmentError('E_TOOL_MISSING', {
      what: 'signatures cannot be checked here: there is neither gpgv nor the openpgp package',
      next: installHint(['gpgv']),
    });
  }
}

/**
 * Checks a detached signature.
 * @param name of the signed file, for messages
 * @param data the signed bytes, or the path of a file of any size that holds them
 * @throws PxectlError E_SIGNATURE unless a trusted, valid key made a good signature and none of them made a bad one
 */
export async function verifyDetached(
  name: string,
  data: Uint8Array | string,
  signature: Uint8Array,
  keys: TrustedKeys,
  backend?: SignatureBackend,
): Promise<GoodSignature> {
  const facts =
    (backend ?? (await chooseSignatureBackend())) === 'gpgv'
      ? await (await import('./gpgv.ts')).checkDetachedByGpgv(data, signature, keys.ring)
      : await (await import('./openpgp.ts')).checkDetachedByOpenpgp(data, signature, keys.ring);
  return judge(name, facts, keys);
}

/**
 * Checks a clear-signed text (`-----BEGIN PGP SIGNED MESSAGE-----`) and returns what was signed, and only that.
 * @throws PxectlError E_SIGNATURE
 */
export async function verifyClearsigned(
  name: string,
  text: Uint8Array,
  keys: TrustedKeys,
  backend?: SignatureBackend,
): Promise<{ readonly signature: GoodSignature; readonly signedText: string }> {
  const { facts, signedText } =
    (backend ?? (await chooseSignatureBackend())) === 'gpgv'
      ? await (await import('./gpgv.ts')).checkClearsignedByGpgv(text, keys.ring)
      : await (await import('./openpgp.ts')).checkClearsignedByOpenpgp(text, keys.ring);
  return { signature: judge(name, facts, keys), signedText };
}

/**
 * How the signatures stood that an error is about; undefined when it is not about what a signature says.
 */
export function refusedStates(error: unknown): readonly SignatureFacts['state'][] | undefined {
  const signatures = error instanceof PxectlError ? error.details?.['signatures'] : undefined;
  return Array.isArray(signatures)
    ? (signatures as readonly SignatureFacts[]).map((fact) => fact.state)
    : undefined;
}

function judge(name: string, facts: readonly SignatureFacts[], keys: TrustedKeys): GoodSignature {
  const isTrusted = (fact: SignatureFacts): boolean =>
    fact.fingerprint !== undefined && (keys.fingerprints?.includes(fact.fingerprint) ?? true);
  const refuse = (why: string): Error =>
    assetError('E_SIGNATURE', {
      what: `the signature of ${name} cannot be trusted`,
      why,
      next:
        keys.fingerprints === undefined
          ? 'try another mirror, or a key ring that has the key of this one: --keyring FILE'
          : 'try another mirror; for a mirror signed by your own key: --keyring FILE',
      details: { signatures: facts },
    });
  const bad = facts.find((fact) => fact.state === 'bad');
  if (bad !== undefined) {
    throw refuse(`it does not fit the file: one of the two was changed (key ${bad.keyId ?? 'unknown'})`);
  }
  const good = facts.find((fact) => fact.state === 'good' && isTrusted(fact));
  if (good?.fingerprint !== undefined) return { fingerprint: good.fingerprint, userId: good.userId };
  const foreign = facts.find((fact) => fact.state === 'good');
  if (foreign !== undefined) {
    throw refuse(
      `it was made by ${foreign.fingerprint ?? foreign.keyId ?? 'an unknown key'}, and only ${(keys.fingerprints ?? []).join(' or ')} may`,
    );
  }
  const [first] = facts;
  const key = first?.fingerprint ?? first?.keyId ?? 'unknown';
  switch (first?.state) {
    case undefined:
      throw refuse('there is no signature in it');
    case 'expired-key':
      throw refuse(`the key ${key} has expired`);
    case 'expired-signature':
      throw refuse(`the signature by ${key} has expired`);
    case 'revoked-key':
      throw refuse(`the key ${key} was revoked`);
    case 'unknown-key':
      throw refuse(`it was made by the key ${key}, which is not in ${keys.origin}`);
    case 'good':
    case 'bad':
    case 'unusable':
      throw refuse(
        `the signature by ${key} cannot be checked: ${first?.problem ?? 'its algorithm is not accepted'}`,
      );
  }
}
