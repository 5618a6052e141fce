import { parseIpv4, type Ipv4Address } from '../../protocol/addresses.ts';
import { ARCHITECTURES } from '../../protocol/pxe/architectures.ts';
import type { ConfLine } from './conf-line.ts';
import { splitValue, type ConfFiles } from './conf-lines.ts';

/** `pxe-service=[tag:…,]CSA,"text"[,basename|type][,server]`. */
export interface PxeService {
  readonly at: ConfLine;
  readonly tags: readonly string[];
  /** undefined for a name that dnsmasq does not know */
  readonly architecture: number | undefined;
  readonly architectureText: string;
  readonly menuText: string;
  /** absent: boot from the local disk, as is type 0 */
  readonly file: string | undefined;
  /** a number instead of a file: a boot server type */
  readonly serverType: number | undefined;
  readonly server: string | undefined;
}

/** `dhcp-boot=[tag:…,]file[,server name[,address]]`. */
export interface DhcpBoot {
  readonly at: ConfLine;
  readonly tags: readonly string[];
  readonly file: string;
  readonly serverName: string | undefined;
  readonly address: string | undefined;
}

export interface DhcpRange {
  readonly at: ConfLine;
  readonly tags: readonly string[];
  readonly isProxy: boolean;
  readonly start: Ipv4Address | undefined;
  readonly netmask: Ipv4Address | undefined;
}

/** `dhcp-option=[tag:…,]67,file` or `option:bootfile-name`, and the same for option 66. */
export interface BootFileOption {
  readonly at: ConfLine;
  readonly tags: readonly string[];
  readonly file: string;
}

/** What a dnsmasq configuration says about network boot. */
export interface PxeConfig {
  readonly files: ConfFiles;
  readonly services: readonly PxeService[];
  readonly boots: readonly DhcpBoot[];
  readonly ranges: readonly DhcpRange[];
  readonly prompts: readonly { readonly at: ConfLine; readonly timeoutSeconds: number | undefined }[];
  readonly tftpRoot: { readonly at: ConfLine; readonly path: string } | undefined;
  readonly hasTftp: boolean;
  /** boot files that clients are told through option 67 */
  readonly bootFileOptions: readonly BootFileOption[];
  /** servers that clients are told through option 66: `file` is the server */
  readonly serverOptions: readonly BootFileOption[];
  /** the tags that mark iPXE, by option 175, its user class, or tags that do */
  readonly ipxeTags: readonly string[];
  /** tag → architectures that set it */
  readonly architectureTags: ReadonlyMap<string, readonly number[]>;
  readonly vendors: readonly string[];
  /** the last line with this key */
  line(key: string): ConfLine | undefined;
}

const MAX_OF_A_KIND = 500;

const CODE_OF_NAME = new Map(
  ARCHITECTURES.flatMap(({ dnsmasqName, code }) =>
    dnsmasqName === undefined ? [] : [[dnsmasqName.toLowerCase(), code]],
  ),
);

/** Makes sense of the lines that matter for network boot. */
export function readPxeConfig(files: ConfFiles): PxeConfig {
  // no network has more boot files than this: a file of nothing else must not take minutes
  const all = (key: string): ConfLine[] =>
    files.lines.filter((line) => line.key === key).slice(0, MAX_OF_A_KIND);
  const root = all('tftp-root').at(-1);
  const options = [...all('dhcp-option'), ...all('dhcp-option-force')];
  const ipxeTags = new Set<string>();
  const architectureTags = new Map<string, number[]>();
  for (const at of [...all('dhcp-match'), ...all('dhcp-userclass'), ...all('dhcp-vendorclass')]) {
    const [setTag = '', ...rest] = splitValue(at.value);
    const tag = setTag.replace(/^(?:set|net):/, '');
    const what = rest.join(',');
    if (/^(?:option:)?175\b/.test(what) || (at.key === 'dhcp-userclass' && /iPXE/i.test(what)))
      ipxeTags.add(tag);
    const arch = architectureOfMatch(what);
    if (arch !== undefined) architectureTags.set(tag, [...(architectureTags.get(tag) ?? []), arch]);
  }
  return {
    files,
    services: all('pxe-service').map(parseService),
    boots: all('dhcp-boot').map(parseBoot),
    ranges: all('dhcp-range').map(parseRange),
    prompts: all('pxe-prompt').map((at) => {
      const timeout = splitValue(at.value).at(-1);
      return {
        at,
        timeoutSeconds: timeout !== undefined && /^\d+$/.test(timeout) ? Number(timeout) : undefined,
      };
    }),
    tftpRoot: root && { at: root, path: splitValue(root.value)[0] ?? '' },
    hasTftp: all('enable-tftp').length > 0,
    bootFileOptions: options.flatMap((at) => parseOption(at, BOOT_FILE)),
    serverOptions: options.flatMap((at) => parseOption(at, TFTP_SERVER)),
    ipxeTags: withDerived(ipxeTags, all('tag-if')),
    architectureTags,
    vendors: all('dhcp-pxe-vendor').flatMap((at) => splitValue(at.value)),
    line: (key) => all(key).at(-1),
  };
}

/** Tags that tag-if sets for iPXE alone come first: lines of boot ask for them, not for what they are made of. */
function withDerived(direct: ReadonlySet<string>, lines: readonly ConfLine[]): readonly string[] {
  const derived = new Set<string>();
  for (const { value } of lines) {
    const parts = splitValue(value);
    const isOfIpxe = parts
      .map(tagName)
      .some((tag, at) => tag !== parts[at] && (direct.has(tag) || derived.has(tag)));
    if (isOfIpxe)
      for (const part of parts) if (part.startsWith('set:')) derived.add(part.slice('set:'.length));
  }
  return [...derived, ...[...direct].filter((tag) => !derived.has(tag))];
}

/** `option:client-arch,7`; `93,00:07`, which is the first of several; `PXEClient:Arch:00007`. */
function architectureOfMatch(what: string): number | undefined {
  const bytes = /^(?:option:client-arch|93),([0-9a-f]{2}):([0-9a-f]{2})\b/i.exec(what);
  if (bytes !== null) return Number.parseInt(`${bytes[1] ?? ''}${bytes[2] ?? ''}`, 16);
  const number = /^(?:option:client-arch|93),(\d+)/.exec(what)?.[1] ?? /Arch:(\d+)/.exec(what)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** The architecture that a name or number in pxe-service means, since dnsmasq 2.76. */
export function architectureOfName(text: string): number | undefined {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  return CODE_OF_NAME.get(text.toLowerCase());
}

/** Names that pxe-service knows, as dnsmasq writes them. */
export const ARCHITECTURE_NAMES: readonly string[] = ARCHITECTURES.flatMap(
  ({ dnsmasqName }) => dnsmasqName ?? [],
);

function parseService(at: ConfLine): PxeService {
  const { tags, rest } = takeTags(splitValue(at.value));
  const [architectureText = '', menuText = '', third, server] = rest;
  const isType = third !== undefined && /^\d+$/.test(third);
  const serverType = isType ? Number(third) : undefined;
  return {
    at,
    tags,
    architecture: architectureOfName(architectureText),
    architectureText,
    menuText,
    file: isType || third === '' ? undefined : third,
    serverType,
    server: server === '' ? undefined : server,
  };
}

function parseBoot(at: ConfLine): DhcpBoot {
  const { tags, rest } = takeTags(splitValue(at.value));
  const [file = '', serverName, address] = rest;
  return {
    at,
    tags,
    file,
    serverName: serverName === '' ? undefined : serverName,
    address: address === '' ? undefined : address,
  };
}

const BOOT_FILE = /^(?:67|option:(?:67|bootfile-name))$/i;
const TFTP_SERVER = /^(?:66|option:(?:66|tftp-server))$/i;
/** What stands behind the tags of dhcp-option; any other word there is a tag in the old way (parse_dhcp_opt of option.c). */
const OPTION_CODE = /^(?:\d+$|option6?:|vendor:|encap:|vi-encap:)/;

function parseOption(at: ConfLine, wanted: RegExp): readonly BootFileOption[] {
  const parts = splitValue(at.value);
  const code = parts.findIndex((part) => OPTION_CODE.test(part));
  const [, file = ''] = parts.slice(code);
  if (code < 0 || file === '' || !wanted.test(parts[code] ?? '')) return [];
  return [{ at, tags: parts.slice(0, code).map(tagName), file }];
}

function parseRange(at: ConfLine): DhcpRange {
  const { tags, rest } = takeTags(splitValue(at.value).filter((part) => !part.startsWith('set:')));
  const addresses = rest.map(parseIpv4);
  const isProxy = rest.includes('proxy');
  const mask = addresses.find((address, index) => index > 0 && address?.startsWith('255.') === true);
  return { at, tags, isProxy, start: addresses[0], netmask: mask };
}

/** The leading `tag:…` parts of a value, and what stands behind them. */
export function takeTags(parts: readonly string[]): { tags: readonly string[]; rest: readonly string[] } {
  const isTag = (part: string): boolean => /^(?:tag|net):/.test(part);
  const count = parts.findIndex((part) => !isTag(part));
  const end = count < 0 ? parts.length : count;
  return {
    tags: parts.slice(0, end).map(tagName),
    rest: parts.slice(end),
  };
}

/** `#` is the old way to write `!`. */
function tagName(part: string): string {
  return part.replace(/^(?:tag|net):/, '').replace(/^#/, '!');
}
