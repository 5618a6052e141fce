import { ipv4FromBytes, ipv4ToBytes, type Ipv4Address } from '../addresses.ts';
import { ProtocolError } from '../protocol-error.ts';

/** Sub-options of option 43 (PXE 2.1 table 2-1, RFC 4578). */
export const PXE_SUBOPTION = {
  discoveryControl: 6,
  multicastAddress: 7,
  bootServers: 8,
  bootMenu: 9,
  menuPrompt: 10,
  bootItem: 71,
  end: 255,
} as const;

/** Bits of sub-option 6. */
export const DISCOVERY_CONTROL = {
  disableBroadcast: 1,
  disableMulticast: 2,
  listedServersOnly: 4,
  /** use the boot file of this offer: no prompt, no menu, no discovery */
  useBootFile: 8,
} as const;

export interface PxeBootServer {
  readonly type: number;
  readonly addresses: readonly Ipv4Address[];
}

export interface PxeMenuItem {
  /** 0 boots the local disk */
  readonly type: number;
  readonly text: string;
}

/** Option 43 as PXE uses it. Sub-options that are not named here are kept in `others`. */
export interface PxeOptions {
  readonly discoveryControl?: number;
  readonly multicastAddress?: Ipv4Address;
  readonly bootServers?: readonly PxeBootServer[];
  readonly bootMenu?: readonly PxeMenuItem[];
  /** 0 takes the first item at once, 255 shows the menu and waits */
  readonly menuPrompt?: { readonly timeoutSeconds: number; readonly text: string };
  readonly bootItem?: { readonly type: number; readonly layer: number };
  readonly others: readonly { readonly code: number; readonly data: Uint8Array }[];
}

/** `06 01 08 ff`: what a BIOS ROM needs to load the boot file of the offer without asking port 4011. */
export const BYPASS_OPTION43: Uint8Array = encodeOption43({
  discoveryControl: DISCOVERY_CONTROL.useBootFile,
  others: [],
});

/**
 * Reads the value of option 43. A missing end is accepted (pixiecore and old ROMs leave it out).
 * @throws ProtocolError with the offset inside the option
 */
export function decodeOption43(data: Uint8Array): PxeOptions {
  const found: { -readonly [K in keyof PxeOptions]: PxeOptions[K] } & {
    others: { code: number; data: Uint8Array }[];
  } = { others: [] };
  let offset = 0;
  while (offset < data.length) {
    const code = data[offset] ?? PXE_SUBOPTION.end;
    if (code === PXE_SUBOPTION.end) break;
    if (code === 0) {
      offset += 1;
      continue;
    }
    const value = suboptionValue(data, offset, code);
    const at = offset + 2;
    switch (code) {
      case PXE_SUBOPTION.discoveryControl:
        found.discoveryControl = requireLength(value, 1, at, code)[0] ?? 0;
        break;
      case PXE_SUBOPTION.multicastAddress:
        found.multicastAddress = ipv4FromBytes(requireLength(value, 4, at, code));
        break;
      case PXE_SUBOPTION.bootServers:
        found.bootServers = readBootServers(value, at);
        break;
      case PXE_SUBOPTION.bootMenu:
        found.bootMenu = readMenu(value, at);
        break;
      case PXE_SUBOPTION.menuPrompt:
        if (value.length === 0) throw new ProtocolError('pxe option 43', at, 'menu prompt without a timeout');
        found.menuPrompt = { timeoutSeconds: value[0] ?? 0, text: latin1(value.subarray(1)) };
        break;
      case PXE_SUBOPTION.bootItem:
        requireLength(value, 4, at, code);
        found.bootItem = { type: uint16(value, 0), layer: uint16(value, 2) };
        break;
      default:
        found.others.push({ code, data: Uint8Array.from(value) });
    }
    offset = at + value.length;
  }
  return found;
}

/** Writes the value of option 43, with its end, sub-options in ascending order. */
export function encodeOption43(options: PxeOptions): Uint8Array {
  const list: { code: number; data: readonly number[] }[] = options.others.map((other) => ({
    code: other.code,
    data: [...other.data],
  }));
  const put = (code: number, data: readonly number[]): void => void list.push({ code, data });
  if (options.discoveryControl !== undefined) put(PXE_SUBOPTION.discoveryControl, [options.discoveryControl]);
  if (options.multicastAddress !== undefined) {
    put(PXE_SUBOPTION.multicastAddress, [...ipv4ToBytes(options.multicastAddress)]);
  }
  if (options.bootServers !== undefined) {
    const data = options.bootServers.flatMap(({ type, addresses }) => [
      type >>> 8,
      type & 0xff,
      addresses.length,
      ...addresses.flatMap((address) => [...ipv4ToBytes(address)]),
    ]);
    put(PXE_SUBOPTION.bootServers, data);
  }
  if (options.bootMenu !== undefined) {
    const data = options.bootMenu.flatMap(({ type, text }) => [
      type >>> 8,
      type & 0xff,
      text.length,
      ...characters(text),
    ]);
    put(PXE_SUBOPTION.bootMenu, data);
  }
  if (options.menuPrompt !== undefined) {
    put(PXE_SUBOPTION.menuPrompt, [
      options.menuPrompt.timeoutSeconds,
      ...characters(options.menuPrompt.text),
    ]);
  }
  if (options.bootItem !== undefined) {
    const { type, layer } = options.bootItem;
    put(PXE_SUBOPTION.bootItem, [type >>> 8, type & 0xff, layer >>> 8, layer & 0xff]);
  }
  list.sort((a, b) => a.code - b.code);
  const tooLong = list.find(({ data }) => data.length > 255);
  if (tooLong !== undefined)
    throw new RangeError(`sub-option ${tooLong.code} of ${tooLong.data.length} bytes`);
  return Uint8Array.from([
    ...list.flatMap(({ code, data }) => [code, data.length, ...data]),
    PXE_SUBOPTION.end,
  ]);
}

function suboptionValue(data: Uint8Array, offset: number, code: number): Uint8Array {
  const length = data[offset + 1];
  if (length === undefined)
    throw new ProtocolError('pxe option 43', offset, `sub-option ${code} has no length`);
  const end = offset + 2 + length;
  if (end > data.length) {
    const left = data.length - offset - 2;
    throw new ProtocolError(
      'pxe option 43',
      offset,
      `sub-option ${code} says ${length} bytes, ${left} are left`,
    );
  }
  return data.subarray(offset + 2, end);
}

function requireLength(value: Uint8Array, length: number, at: number, code: number): Uint8Array {
  if (value.length === length) return value;
  throw new ProtocolError('pxe option 43', at, `sub-option ${code} has ${value.length} bytes, not ${length}`);
}

function readBootServers(value: Uint8Array, at: number): readonly PxeBootServer[] {
  const servers: PxeBootServer[] = [];
  let offset = 0;
  while (offset < value.length) {
    const count = value[offset + 2];
    const end = offset + 3 + (count ?? 0) * 4;
    if (count === undefined || end > value.length) {
      throw new ProtocolError('pxe option 43', at + offset, 'boot server list is cut short');
    }
    const start = offset + 3;
    const addresses = Array.from({ length: count }, (_, index) =>
      ipv4FromBytes(value.subarray(start + index * 4, start + index * 4 + 4)),
    );
    servers.push({ type: uint16(value, offset), addresses });
    offset = end;
  }
  return servers;
}

function readMenu(value: Uint8Array, at: number): readonly PxeMenuItem[] {
  const items: PxeMenuItem[] = [];
  let offset = 0;
  while (offset < value.length) {
    const length = value[offset + 2];
    const end = offset + 3 + (length ?? 0);
    if (length === undefined || end > value.length) {
      throw new ProtocolError('pxe option 43', at + offset, 'boot menu is cut short');
    }
    items.push({ type: uint16(value, offset), text: latin1(value.subarray(offset + 3, end)) });
    offset = end;
  }
  return items;
}

function uint16(data: Uint8Array, offset: number): number {
  return ((data[offset] ?? 0) << 8) | (data[offset + 1] ?? 0);
}

function latin1(data: Uint8Array): string {
  return String.fromCharCode(...data);
}

function characters(text: string): readonly number[] {
  return Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}
