import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { Key, KeyID } from 'openpgp';
import { messageOf } from '../../model/errors.ts';
import { isArmored } from '../../protocol/openpgp/armor.ts';
import { PIECE_BYTES } from '../piece-pool.ts';
import type { SignatureFacts, SignatureState } from './signature-facts.ts';

/**
 * Checks a detached signature with the openpgp package, for machines without gpgv.
 * @param data bytes, or the path of a file
 */
export async function checkDetachedByOpenpgp(
  data: Uint8Array | string,
  signature: Uint8Array,
  ring: Uint8Array,
): Promise<SignatureFacts[]> {
  const openpgp = await import('openpgp');
  const verificationKeys = await openpgp.readKeys({ binaryKeys: new Uint8Array(ring) });
  try {
    const parsed = isArmored(signature)
      ? await openpgp.readSignature({ armoredSignature: Buffer.from(signature).toString('latin1') })
      : await openpgp.readSignature({ binarySignature: new Uint8Array(signature) });
    const binary = typeof data === 'string' ? streamOf(data) : new Uint8Array(data);
    const message = await openpgp.createMessage({ binary });
    const result = await openpgp.verify({ message, signature: parsed, verificationKeys, format: 'binary' });
    // a signature over a stream is known only once the stream was read
    const signedData: unknown = result.data;
    if (typeof data === 'string') await drain(signedData as AsyncIterable<unknown>);
    return await Promise.all(result.signatures.map((one) => factsOf(one, verificationKeys)));
  } catch {
    // what cannot be parsed as a signature is none
    return [];
  }
}

function streamOf(path: string): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(path, { highWaterMark: PIECE_BYTES })) as ReadableStream<Uint8Array>;
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _chunk of stream) continue;
}

/** Checks a clear-signed text with the openpgp package. */
export async function checkClearsignedByOpenpgp(
  text: Uint8Array,
  ring: Uint8Array,
): Promise<{ facts: SignatureFacts[]; signedText: string }> {
  const openpgp = await import('openpgp');
  const verificationKeys = await openpgp.readKeys({ binaryKeys: new Uint8Array(ring) });
  try {
    const cleartextMessage = Buffer.from(text).toString('utf8');
    const message = await openpgp.readCleartextMessage({ cleartextMessage });
    const { signatures, data } = await openpgp.verify({ message, verificationKeys });
    const facts = await Promise.all(signatures.map((one) => factsOf(one, verificationKeys)));
    return { facts, signedText: data };
  } catch {
    return { facts: [], signedText: '' };
  }
}

/** The part of openpgp's result that is read here; it does not export the type. */
interface Result {
  readonly keyID: KeyID;
  readonly verified: Promise<true>;
}

async function factsOf(result: Result, keys: readonly Key[]): Promise<SignatureFacts> {
  const keyId = result.keyID.toHex().toUpperCase();
  const key = keys.find((candidate) => candidate.getKeys(result.keyID).length > 0);
  const fingerprint = key?.getFingerprint().toUpperCase();
  const userId = key?.users[0]?.userID?.userID;
  const base = { keyId, fingerprint, userId };
  if (key === undefined) return { ...base, state: 'unknown-key' };
  try {
    await result.verified;
  } catch (error) {
    return { ...base, ...stateOfProblem(messageOf(error)) };
  }
  if (await key.isRevoked()) return { ...base, state: 'revoked-key' };
  // openpgp judges a key by the day of the signature; gpgv, and we, by today
  const expiresAt = await key.getExpirationTime();
  const isExpired = expiresAt === null || (expiresAt instanceof Date && expiresAt.getTime() < Date.now());
  return { ...base, state: isExpired ? 'expired-key' : 'good' };
}

function stateOfProblem(problem: string): { state: SignatureState; problem: string } {
  if (/signature is expired/i.test(problem)) return { state: 'expired-signature', problem };
  if (/expired/i.test(problem)) return { state: 'expired-key', problem };
  if (/revoked/i.test(problem)) return { state: 'revoked-key', problem };
  if (/digest did not match|verification failed/i.test(problem)) return { state: 'bad', problem };
  return { state: 'unusable', problem };
}
