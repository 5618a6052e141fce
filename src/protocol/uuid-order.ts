/**
 * A UUID with its first three fields in the other byte order. SMBIOS holds them little-endian since 2.6: UEFI and BIOS
 * ROMs send them as they are stored, iPXE and dmidecode turn them round, so one machine is seen under two names.
 */
export function swapUuidOrder(uuid: string): string {
  const [low = '', middle = '', high = '', ...rest] = uuid.split('-');
  return [...[low, middle, high].map(reverseBytes), ...rest].join('-');
}

/** Both names that a machine with this UUID is seen under; one when they are the same. */
export function uuidForms(uuid: string): readonly string[] {
  return [...new Set([uuid, swapUuidOrder(uuid)])];
}

function reverseBytes(hex: string): string {
  return (hex.match(/../g) ?? []).reverse().join('');
}
