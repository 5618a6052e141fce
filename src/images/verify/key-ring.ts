import { createHash } from 'node:crypto';
import { messageOf } from '../../model/errors.ts';
import { dearmor, isArmored } from '../../protocol/openpgp/armor.ts';
import { decodePackets, PACKET_TAG, type OpenPgpPacket } from '../../protocol/openpgp/packets.ts';

/** One certificate of a key ring: a primary key with all that belongs to it. */
export interface RingKey {
  /** upper-case hex; undefined for key versions other than 4, which no distribution uses */
  readonly fingerprint: string | undefined;
  readonly userId: string | undefined;
  readonly bytes: Uint8Array;
}

/**
 * Splits a key ring, binary or armored, into its certificates.
 * @throws Error when it is no key ring
 */
export function readKeyRing(bytes: Uint8Array): RingKey[] {
  const binary = isArmored(bytes) ? dearmor(Buffer.from(bytes).toString('latin1')) : bytes;
  const keys: OpenPgpPacket[][] = [];
  for (const packet of decodePackets(binary)) {
    if (packet.tag === PACKET_TAG.publicKey) keys.push([packet]);
    else if (packet.tag !== PACKET_TAG.trust) keys.at(-1)?.push(packet);
  }
  if (keys.length === 0) throw new Error('there is no public key in it');
  return keys.map((packets) => {
    const userId = packets.find((packet) => packet.tag === PACKET_TAG.userId);
    return {
      fingerprint: packets[0] === undefined ? undefined : fingerprintOf(packets[0].body),
      userId: userId === undefined ? undefined : Buffer.from(userId.body).toString('utf8'),
      bytes: Buffer.concat(packets.map((packet) => packet.bytes)),
    };
  });
}

/** As `readKeyRing`, with undefined for bytes that are no key ring. */
export function tryReadKeyRing(bytes: Uint8Array): RingKey[] | { readonly problem: string } {
  try {
    return readKeyRing(bytes);
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** RFC 9580 §5.5.4.2: SHA-1 over 0x99, the length and the packet body. */
function fingerprintOf(body: Uint8Array): string | undefined {
  if (body[0] !== 4) return undefined;
  const prefix = Buffer.from([0x99, body.length >> 8, body.length & 255]);
  return createHash('sha1').update(prefix).update(body).digest('hex').toUpperCase();
}
