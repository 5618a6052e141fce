import type { FieldDifference } from './contract-cases.ts';

export interface SeenDifference extends FieldDifference {
  readonly mode: 'proxy' | 'pxe-only';
  /** name of the contract's case */
  readonly packet: string;
}

/** A difference between the engines that docs/engines.md names, with its reason. */
export interface KnownDifference {
  /** heading in docs/engines.md */
  readonly title: string;
  covers(seen: SeenDifference): boolean;
}

const BYPASS = '060108ff';
const LONG_BYPASS = '0601080a0400505845ff';
const PXE_CLIENT = Buffer.from('PXEClient').toString('hex');

/** A field of an answer that did not come, or the number of answers. */
const isSilence = (other: string): boolean => other === 'absent' || other === '0';

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    title: 'No server name in the header',
    covers: ({ field, builtin, other }) => field === 'sname' && builtin === '192.168.1.50' && other === '',
  },
  {
    title: 'The offer to UEFI names no file',
    covers: ({ mode, packet, field, other }) =>
      mode === 'proxy' && /^uefi-x64.*: DISCOVER$/.test(packet) && field === 'file' && other === '',
  },
  {
    title: 'The long form of option 43',
    covers: ({ mode, field, builtin, other }) =>
      mode === 'proxy' && field.startsWith('43 ') && builtin === BYPASS && other === LONG_BYPASS,
  },
  {
    title: 'Option 43 to an iPXE that asks port 4011',
    covers: ({ mode, packet, field, builtin, other }) =>
      mode === 'proxy' &&
      /^ipxe on UEFI.*: REQUEST to port 4011$/.test(packet) &&
      field.startsWith('43 ') &&
      builtin === 'absent' &&
      other === LONG_BYPASS,
  },
  {
    title: 'iPXE is told which lease to prefer',
    covers: ({ mode, packet, field, builtin, other }) =>
      mode === 'pxe-only' &&
      packet.startsWith('ipxe on ') &&
      field.startsWith('175 ') &&
      builtin === 'absent' &&
      // priority 27, signed, in one byte (iPXE, src/include/ipxe/dhcp.h, DHCP_EB_PRIORITY)
      other.startsWith('01011b'),
  },
  {
    title: 'Leases carry no PXE options',
    covers: ({ mode, field, builtin, other }) =>
      mode === 'pxe-only' &&
      other === 'absent' &&
      ((field.startsWith('60 ') && builtin === PXE_CLIENT) ||
        field.startsWith('97 ') ||
        (field.startsWith('43 ') && builtin === BYPASS)),
  },
  {
    title: 'Clients without option 93',
    covers: ({ packet, other }) => packet.includes(', without option 93: ') && isSilence(other),
  },
  {
    title: 'Several architectures',
    covers: ({ packet, other }) => packet.includes(', several architectures: ') && isSilence(other),
  },
  {
    title: 'INFORM to port 4011',
    covers: ({ packet, other }) => packet.endsWith(': INFORM to port 4011') && isSilence(other),
  },
];
