/** A MAC address as lower-case colon text, `f4:4d:30:00:00:01`. */
export type MacAddress = string & { readonly __mac: unique symbol };

/** An IPv4 address as dotted text without leading zeros, `192.168.1.50`. */
export type Ipv4Address = string & { readonly __ipv4: unique symbol };

/** An IPv4 network: its lowest address and its prefix length. */
export interface Ipv4Network {
  readonly network: Ipv4Address;
  readonly prefix: number;
}

const CODE_OF_DOT = 46;
const CODE_OF_ZERO = 48;
const CODE_OF_COLON = 58;

/** `AA:BB:…`, `aa-bb-…`, Cisco's `aabb.ccdd.eeff` and twelve hex digits */
const MAC_FORMS = [
  /^[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$/i,
  /^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/i,
  /^[0-9a-f]{12}$/i,
];

/** Reads a MAC address in every common spelling; undefined when it is none. */
export function parseMac(text: string): MacAddress | undefined {
  if (isCanonicalMac(text)) return text;
  const trimmed = text.trim();
  if (!MAC_FORMS.some((form) => form.test(trimmed))) return undefined;
  const digits = trimmed.replace(/[:.-]/g, '').toLowerCase();
  return digits.replace(/(..)(?!$)/g, '$1:') as MacAddress;
}

/** Six pairs of lower-case digits with colons: what logs are full of. */
function isCanonicalMac(text: string): text is MacAddress {
  if (text.length !== 17) return false;
  for (let index = 0; index < 17; index += 1) {
    const code = text.charCodeAt(index);
    const isDigit = (code >= CODE_OF_ZERO && code <= CODE_OF_ZERO + 9) || (code >= 97 && code <= 102);
    if (index % 3 === 2 ? code !== CODE_OF_COLON : !isDigit) return false;
  }
  return true;
}

/** Reads the first one to six bytes of MAC addresses in the same spellings, as `f4:4d:30`; undefined when it is not that. */
export function parseMacPrefix(text: string): string | undefined {
  const trimmed = text.trim();
  const isPrefix =
    /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){0,4})?$/i.test(trimmed) ||
    /^[0-9a-f]{4}(?:\.[0-9a-f]{4})?(?:\.(?:[0-9a-f]{2}){1,2})?$/i.test(trimmed) ||
    /^(?:[0-9a-f]{2}){1,6}$/i.test(trimmed);
  if (!isPrefix) return undefined;
  return trimmed
    .replace(/[:.-]/g, '')
    .toLowerCase()
    .replace(/(..)(?!$)/g, '$1:');
}

/** `00` to `ff`: servers format several addresses for every packet of a flood */
const HEX_BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Bytes as lower-case hex digits with a separator between them. */
export function hexFromBytes(bytes: Uint8Array, separator = ''): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 1) {
    if (index > 0) text += separator;
    text += HEX_BYTES[bytes[index] ?? 0] ?? '';
  }
  return text;
}

/** Formats the first six bytes as a MAC address. */
export function macFromBytes(bytes: Uint8Array): MacAddress {
  return hexFromBytes(bytes.subarray(0, 6), ':') as MacAddress;
}

/** The six bytes of a MAC address. */
export function macToBytes(mac: MacAddress): Uint8Array {
  return Uint8Array.from(mac.split(':'), (part) => Number.parseInt(part, 16));
}

/** `f4-4d-30-00-00-01`: the form in file names (pxelinux.cfg/01-…, iPXE `${mac:hexhyp}`). */
export function macWithHyphens(mac: MacAddress): string {
  return mac.replaceAll(':', '-');
}

/** Reads dotted decimal without leading zeros; undefined when it is not that. */
export function parseIpv4(text: string): Ipv4Address | undefined {
  let dots = 0;
  let digits = 0;
  let part = 0;
  for (let index = 0; index <= text.length; index += 1) {
    const code = index === text.length ? CODE_OF_DOT : text.charCodeAt(index);
    if (code === CODE_OF_DOT) {
      if (digits === 0 || part > 255) return undefined;
      dots += 1;
      digits = 0;
      part = 0;
    } else {
      if (code < CODE_OF_ZERO || code > CODE_OF_ZERO + 9 || digits === 3) return undefined;
      if (digits > 0 && part === 0) return undefined;
      digits += 1;
      part = part * 10 + code - CODE_OF_ZERO;
    }
  }
  return dots === 4 ? (text as Ipv4Address) : undefined;
}

/** Formats the first four bytes as an IPv4 address. */
export function ipv4FromBytes(bytes: Uint8Array): Ipv4Address {
  return `${bytes[0] ?? 0}.${bytes[1] ?? 0}.${bytes[2] ?? 0}.${bytes[3] ?? 0}` as Ipv4Address;
}

/** The four bytes of an IPv4 address. */
export function ipv4ToBytes(address: Ipv4Address): Uint8Array {
  const value = ipv4ToNumber(address);
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

/** The address as an unsigned 32-bit number. */
export function ipv4ToNumber(address: Ipv4Address): number {
  let value = 0;
  let part = 0;
  for (let index = 0; index < address.length; index += 1) {
    const code = address.charCodeAt(index);
    if (code === CODE_OF_DOT) {
      value = value * 256 + part;
      part = 0;
    } else {
      part = part * 10 + code - CODE_OF_ZERO;
    }
  }
  return value * 256 + part;
}

/** The address for an unsigned 32-bit number. */
export function ipv4FromNumber(value: number): Ipv4Address {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.') as Ipv4Address;
}

/** `255.255.255.0` for 24. */
export function netmaskOf(prefix: number): Ipv4Address {
  return ipv4FromNumber(prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0);
}

/** The network that an address with this prefix length lies in. */
export function networkOf(address: Ipv4Address, prefix: number): Ipv4Network {
  const mask = ipv4ToNumber(netmaskOf(prefix));
  return { network: ipv4FromNumber((ipv4ToNumber(address) & mask) >>> 0), prefix };
}

/** Whether the address lies in the network. */
export function networkContains(net: Ipv4Network, address: Ipv4Address): boolean {
  return networkOf(address, net.prefix).network === networkOf(net.network, net.prefix).network;
}

export const isSameNetwork = (one: Ipv4Network, other: Ipv4Network): boolean =>
  one.network === other.network && one.prefix === other.prefix;

/** 0.0.0.0, which in BOOTP fields means "none". */
export const UNSPECIFIED_IPV4 = '0.0.0.0' as Ipv4Address;
/** The limited broadcast address. */
export const BROADCAST_IPV4 = '255.255.255.255' as Ipv4Address;
