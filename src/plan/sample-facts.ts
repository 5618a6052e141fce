import type { ClientFacts } from '../model/client-facts.ts';
import type { Firmware } from '../model/firmware.ts';
import { RASPBERRY_PI_PREFIXES } from './firmware-of.ts';
import { UNSPECIFIED_IPV4, type MacAddress } from '../protocol/addresses.ts';

/** Architecture code (RFC 4578 §2.1, IANA) that firmware of each kind sends in option 93. */
const ARCHITECTURE: Readonly<Record<Exclude<Firmware, 'unknown'>, number>> = {
  bios: 0,
  'raspberry-pi': 0,
  'uefi-ia32': 6,
  'uefi-x64': 7,
  'uefi-arm64': 11,
  'uefi-http-x64': 16,
  'uefi-http-arm64': 19,
  // an iPXE that UEFI loaded
  ipxe: 7,
};

/** A MAC of the range for documentation (RFC 7042 §2.1.2), for a machine that nobody named. */
export const ANY_MAC = '00:00:5e:00:53:01' as MacAddress;

/** A Raspberry Pi is known by its maker's prefix. */
const ANY_PI_MAC = `${RASPBERRY_PI_PREFIXES[0] ?? ''}:00:53:01` as MacAddress;

/** What a client with this firmware says of itself: for `render --for` and for synthetic clients. */
export function sampleFacts(
  firmware: Exclude<Firmware, 'unknown'>,
  mac: MacAddress = firmware === 'raspberry-pi' ? ANY_PI_MAC : ANY_MAC,
): ClientFacts {
  const architecture = ARCHITECTURE[firmware];
  const vendor = firmware.startsWith('uefi-http') ? 'HTTPClient' : 'PXEClient';
  return {
    mac,
    architectures: [architecture],
    vendorClass: `${vendor}:Arch:${String(architecture).padStart(5, '0')}:UNDI:003016`,
    isIpxe: firmware === 'ipxe',
    ...(firmware === 'ipxe' ? { userClass: 'iPXE' } : {}),
    relayAddress: UNSPECIFIED_IPV4,
    clientAddress: UNSPECIFIED_IPV4,
  };
}
