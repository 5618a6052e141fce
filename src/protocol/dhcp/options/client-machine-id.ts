import { hexFromBytes } from '../../addresses.ts';
import { optionData, type DhcpOption, type DhcpPacket } from '../dhcp-packet.ts';
import { DHCP_OPTION } from '../option-codes.ts';

/** type byte 0 (GUID) and 16 bytes (RFC 4578 §2.3) */
const MACHINE_ID_BYTES = 17;

/**
 * Option 97 as 8-4-4-4-12 lower-case text in the byte order of the wire. EDK2 sends the SMBIOS order, in which the
 * first three groups are little-endian, so `dmidecode` prints those groups reversed.
 */
export function readMachineId(packet: DhcpPacket): string | undefined {
  const data = optionData(packet, DHCP_OPTION.clientMachineId);
  if (data?.length !== MACHINE_ID_BYTES || data[0] !== 0) return undefined;
  const hex = hexFromBytes(data.subarray(1));
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return groups.join('-');
}

/** Option 97 for a UUID in the byte order of its text. */
export function machineIdOption(uuid: string): DhcpOption {
  const digits = uuid.replaceAll('-', '');
  const bytes = (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  return { code: DHCP_OPTION.clientMachineId, data: Uint8Array.of(0, ...bytes) };
}
