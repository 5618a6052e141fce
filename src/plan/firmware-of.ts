import type { ClientFacts } from '../model/client-facts.ts';
import { platformOf, type Firmware, type LoaderPlatform } from '../model/firmware.ts';
import { parseVendorClass } from '../protocol/pxe/vendor-class.ts';

/** Option 93 to firmware. Architectures that are not here run none of our loaders. */
const FIRMWARE_BY_ARCHITECTURE: ReadonlyMap<number, Firmware> = new Map([
  [0, 'bios'],
  [6, 'uefi-ia32'],
  [7, 'uefi-x64'],
  // rare x64 firmware follows the text of RFC 4578, in which 7 and 9 are swapped
  [9, 'uefi-x64'],
  [11, 'uefi-arm64'],
  [16, 'uefi-http-x64'],
  [19, 'uefi-http-arm64'],
]);

/** The platform of an architecture of option 93, whichever way its firmware loads files. */
export function platformOfArchitecture(code: number): LoaderPlatform | undefined {
  const firmware = FIRMWARE_BY_ARCHITECTURE.get(code);
  return firmware === undefined ? undefined : platformOf(firmware);
}

/** Firmware that says HTTPClient in option 60 and still sends the architecture of its PXE stack. */
const HTTP_TWIN: ReadonlyMap<Firmware, Firmware> = new Map([
  ['uefi-x64', 'uefi-http-x64'],
  ['uefi-arm64', 'uefi-http-arm64'],
]);

/** MAC prefixes that the IEEE registered for Raspberry Pi boards. */
export const RASPBERRY_PI_PREFIXES = [
  'b8:27:eb',
  'dc:a6:32',
  'e4:5f:01',
  'd8:3a:dd',
  '2c:cf:67',
  '28:cd:c1',
  '88:a2:9e',
];

/** option 97 of a Raspberry Pi 4 or 5 begins with `RPi` */
export const RASPBERRY_PI_UUID_PREFIX = '525069';

/** The firmware (or second-stage loader) that sent the packet. Of several architectures the first known one counts. */
export function firmwareOf(facts: ClientFacts): Firmware {
  if (facts.isIpxe) return 'ipxe';
  const known = facts.architectures.find((code) => FIRMWARE_BY_ARCHITECTURE.has(code));
  if (known === undefined) return 'unknown';
  // a Pi says architecture 0 although no x86 loader runs on it
  if (known === 0 && isRaspberryPi(facts)) return 'raspberry-pi';
  const firmware = FIRMWARE_BY_ARCHITECTURE.get(known) ?? 'unknown';
  const isHttpClient = parseVendorClass(facts.vendorClass ?? '')?.kind === 'HTTPClient';
  return isHttpClient ? (HTTP_TWIN.get(firmware) ?? firmware) : firmware;
}

function isRaspberryPi(facts: ClientFacts): boolean {
  return (
    RASPBERRY_PI_PREFIXES.some((prefix) => facts.mac.startsWith(prefix)) ||
    facts.uuid?.startsWith(RASPBERRY_PI_UUID_PREFIX) === true
  );
}
