import { macFromBytes, type MacAddress } from '../addresses.ts';

/** What is below IP: who sent the frame, and the packet in it. */
export interface LinkPayload {
  readonly etherType: number;
  readonly payload: Uint8Array;
  readonly sourceMac?: MacAddress;
  /** absent in Linux cooked captures */
  readonly destinationMac?: MacAddress;
  /** VLAN ids, outermost first */
  readonly vlans: readonly number[];
}

export const ETHER_TYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;
const VLAN_TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const MAX_VLAN_TAGS = 4;
const LINK_TYPE = { null: 0, ethernet: 1, raw: 101, loop: 108, sll: 113, ipv4: 228, sll2: 276 } as const;
/** DLT_RAW differs between systems and is found as 12 or 14 in files. */
const RAW_TYPES: ReadonlySet<number> = new Set([LINK_TYPE.raw, LINK_TYPE.ipv4, 12, 14]);
const READ_TYPES: ReadonlySet<number> = new Set([...RAW_TYPES, ...Object.values(LINK_TYPE)]);
const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;

/**
 * Takes the link header off a frame; undefined when the frame is too short or of another link type.
 * Sources: IEEE 802.3 and 802.1Q/ad, LINKTYPE_LINUX_SLL and _SLL2 of the tcpdump group.
 */
export function readLinkLayer(linkType: number, data: Uint8Array): LinkPayload | undefined {
  if (RAW_TYPES.has(linkType)) return readRaw(data);
  switch (linkType) {
    case LINK_TYPE.ethernet:
      return data.length < 14
        ? undefined
        : withoutVlanTags(be16(data, 12), data.subarray(14), {
            sourceMac: macFromBytes(data.subarray(6)),
            destinationMac: macFromBytes(data),
          });
    case LINK_TYPE.sll:
      return data.length < 16
        ? undefined
        : withoutVlanTags(
            be16(data, 14),
            data.subarray(16),
            sllSource(be16(data, 2), be16(data, 4), data.subarray(6)),
          );
    case LINK_TYPE.sll2:
      return data.length < 20
        ? undefined
        : withoutVlanTags(
            be16(data, 0),
            data.subarray(20),
            sllSource(be16(data, 8), data[11] ?? 0, data.subarray(12)),
          );
    case LINK_TYPE.null:
    case LINK_TYPE.loop:
      return data.length < 4 ? undefined : readRaw(data.subarray(4));
    default:
      return undefined;
  }
}

/** False for links whose frames are not taken apart: Wi-Fi with its radio header, USB, Bluetooth. */
export function isReadLink(linkType: number): boolean {
  return READ_TYPES.has(linkType);
}

function readRaw(data: Uint8Array): LinkPayload | undefined {
  const version = (data[0] ?? 0) >> 4;
  if (version !== 4 && version !== 6) return undefined;
  return { etherType: version === 4 ? ETHER_TYPE.ipv4 : ETHER_TYPE.ipv6, payload: data, vlans: [] };
}

function sllSource(hardwareType: number, length: number, address: Uint8Array): { sourceMac?: MacAddress } {
  const isMac = (hardwareType === ARPHRD_ETHER || hardwareType === ARPHRD_LOOPBACK) && length === 6;
  return isMac ? { sourceMac: macFromBytes(address) } : {};
}

function withoutVlanTags(
  outerType: number,
  outerPayload: Uint8Array,
  macs: { sourceMac?: MacAddress; destinationMac?: MacAddress },
): LinkPayload {
  let etherType = outerType;
  let payload = outerPayload;
  const vlans: number[] = [];
  while (VLAN_TAGS.has(etherType) && payload.length >= 4 && vlans.length < MAX_VLAN_TAGS) {
    vlans.push(be16(payload, 0) & 0x0fff);
    etherType = be16(payload, 2);
    payload = payload.subarray(4);
  }
  return { etherType, payload, vlans, ...macs };
}

function be16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
