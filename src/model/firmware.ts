/** What kind of firmware (or second-stage loader) is asking. DESIGN §3. */
export const FIRMWARES = [
  'bios',
  'uefi-ia32',
  'uefi-x64',
  'uefi-arm64',
  'uefi-http-x64',
  'uefi-http-arm64',
  'ipxe',
  'raspberry-pi',
  'unknown',
] as const;

export type Firmware = (typeof FIRMWARES)[number];

/** Short words, and those of earlier versions, for the same firmware. */
const OTHER_WORDS: ReadonlyMap<string, Firmware> = new Map([
  ['uefi', 'uefi-x64'],
  ['uefi-http', 'uefi-http-x64'],
  ['x64', 'uefi-x64'],
  ['ia32', 'uefi-ia32'],
  ['arm64', 'uefi-arm64'],
]);

/** The firmware that a user calls so. */
export const firmwareNamed = (word: string): Firmware | undefined =>
  FIRMWARES.find((firmware) => firmware === word) ?? OTHER_WORDS.get(word);

/** CPU and platform a loader must be built for. `bios` stands for x86 in real mode. */
export const LOADER_PLATFORMS = ['bios', 'ia32', 'x64', 'arm64'] as const;
export type LoaderPlatform = (typeof LOADER_PLATFORMS)[number];

/** The platform whose loaders this firmware runs; undefined when it runs none of ours. */
export function platformOf(firmware: Firmware): LoaderPlatform | undefined {
  switch (firmware) {
    case 'bios':
      return 'bios';
    case 'uefi-ia32':
      return 'ia32';
    case 'uefi-x64':
    case 'uefi-http-x64':
      return 'x64';
    case 'uefi-arm64':
    case 'uefi-http-arm64':
      return 'arm64';
    case 'ipxe':
    case 'raspberry-pi':
    case 'unknown':
      return undefined;
  }
}

/** The platform that a user calls so, or by the name of its firmware. */
export function platformNamed(word: string): LoaderPlatform | undefined {
  const firmware = firmwareNamed(word);
  return firmware === undefined ? undefined : platformOf(firmware);
}
