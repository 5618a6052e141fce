import { UNSPECIFIED_IPV4 } from '../addresses.ts';
import { architectureText } from '../pxe/architectures.ts';
import { summariseOption43 } from '../pxe/summarise-option43.ts';
import {
  BOOT_REPLY,
  macOf,
  messageNameOf,
  optionData,
  type DhcpOption,
  type DhcpPacket,
} from './dhcp-packet.ts';
import { readAddress } from './options/address-options.ts';
import { readArchitectures } from './options/client-architecture.ts';
import { readMachineId } from './options/client-machine-id.ts';
import { readText } from './options/text-options.ts';
import { readUserClasses } from './options/user-class.ts';
import { DHCP_OPTION, optionName } from './option-codes.ts';

/** options that a named part of the summary tells already, or that tell nothing to a reader */
const TOLD = new Set<number>([
  DHCP_OPTION.messageType,
  DHCP_OPTION.serverId,
  DHCP_OPTION.requestedAddress,
  DHCP_OPTION.vendorClass,
  DHCP_OPTION.userClass,
  DHCP_OPTION.clientArchitecture,
  DHCP_OPTION.clientMachineId,
  DHCP_OPTION.bootFileName,
  DHCP_OPTION.vendorSpecific,
]);

/** One paragraph for people: who says what, with the fields that decide a network boot. Never throws. */
export function summariseDhcp(packet: DhcpPacket): string {
  const who = macOf(packet) ?? `hardware type ${packet.htype}`;
  const direction = packet.op === BOOT_REPLY ? 'to' : 'from';
  const parts = [`DHCP ${messageNameOf(packet)} ${direction} ${who}, xid ${hex(packet.xid, 8)}`];
  const add = (label: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') parts.push(`${label} ${value}`);
  };
  const addAddress = (label: string, address: string): void =>
    add(label, address === UNSPECIFIED_IPV4 ? undefined : address);

  addAddress('client address', packet.ciaddr);
  addAddress('gives', packet.yiaddr);
  add('asks for', readAddress(packet, DHCP_OPTION.requestedAddress));
  add('server', readAddress(packet, DHCP_OPTION.serverId));
  addAddress('next server', packet.siaddr);
  addAddress('relay', packet.giaddr);
  add('server name', quoted(packet.serverName));
  add('file', quoted(packet.bootFile));
  add('boot file option', quoted(readText(packet, DHCP_OPTION.bootFileName) ?? ''));
  add('vendor class', quoted(readText(packet, DHCP_OPTION.vendorClass) ?? ''));
  add('user class', readUserClasses(packet).map(quoted).join(' '));
  add('architecture', readArchitectures(packet).map(architectureText).join(', '));
  add('machine id', readMachineId(packet));
  const vendorSpecific = optionData(packet, DHCP_OPTION.vendorSpecific);
  if (vendorSpecific !== undefined) add('PXE options', `[${summariseOption43(vendorSpecific)}]`);
  const others = packet.options.filter(({ code }) => !TOLD.has(code)).map(otherText);
  add('also', others.join(', '));
  return `${parts.join('; ')}.`;
}

function otherText({ code, data }: DhcpOption): string {
  return `${optionName(code)} (${data.length} byte${data.length === 1 ? '' : 's'})`;
}

/** Text in quotes with everything that a terminal could take for a command made visible. */
function quoted(text: string): string {
  if (text === '') return '';
  const safe = text.replace(/[^\x20-\x7e]/g, (character) => `\\x${hex(character.charCodeAt(0), 2)}`);
  return `"${safe}"`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
