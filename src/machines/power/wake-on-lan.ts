import { createSocket } from 'node:dgram';
import type { WakePower } from '../../model/power.ts';
import { messageOf } from '../../model/errors.ts';
import { parseIpv4, parseMac, type Ipv4Address } from '../../protocol/addresses.ts';
import { powerError } from './power-driver.ts';

const DISCARD_PORT = 9;
/** UDP may be lost: nobody answers a magic packet. */
const TIMES = 3;

/** Six bytes of ones, the MAC address sixteen times, and the SecureOn password of a card that wants one (AMD, Magic Packet). */
export function magicPacket(mac: string, password: Uint8Array = new Uint8Array()): Buffer {
  const address = Buffer.from(mac.replaceAll(':', ''), 'hex');
  return Buffer.concat([
    Buffer.alloc(6, 0xff),
    ...Array.from({ length: 16 }, () => address),
    Buffer.from(password),
  ]);
}

/**
 * A SecureOn password as bytes: six in the spelling of a MAC address, or four in that of an IPv4 address.
 * @throws PxectlError E_POWER that does not show it
 */
export function secureOnPassword(text: string): Uint8Array {
  const mac = parseMac(text);
  if (mac !== undefined) return Buffer.from(mac.replaceAll(':', ''), 'hex');
  const address = parseIpv4(text);
  if (address !== undefined) return Uint8Array.from(address.split('.').map(Number));
  throw powerError(
    'the SecureOn password is none',
    'it must be six bytes as 01:23:45:67:89:ab, or four as 1.2.3.4',
  );
}

const EVERYONE = '255.255.255.255';

/** What `wake` sends, in words. */
export const wakeWords = (
  { mac, address }: Pick<WakePower, 'mac' | 'address'>,
  ownAddress: Ipv4Address,
): string =>
  `to ${address ?? EVERYONE}, UDP port ${DISCARD_PORT}${address === undefined ? ` from ${ownAddress}` : ''}: a magic packet for ${mac}`;

/**
 * Sends the packet that wakes a machine: to everyone on the network of `ownAddress`, or to the address that it names.
 * @throws PxectlError E_POWER
 */
export async function wake(
  { mac, address }: Pick<WakePower, 'mac' | 'address'>,
  ownAddress: Ipv4Address,
  password?: Uint8Array,
): Promise<void> {
  const packet = magicPacket(mac, password);
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      // Linux sends a limited broadcast through the interface that has the socket's own address
      socket.bind({ port: 0, ...(address === undefined ? { address: ownAddress } : {}) }, resolve);
    });
    socket.setBroadcast(true);
    for (let time = 0; time < TIMES; time++) {
      await new Promise<void>((resolve, reject) => {
        socket.send(packet, DISCARD_PORT, address ?? EVERYONE, (error) =>
          error === null ? resolve() : reject(error),
        );
      });
    }
  } catch (error) {
    throw powerError(`no magic packet can be sent to ${address ?? 'the network'}`, messageOf(error));
  } finally {
    socket.close();
  }
}
