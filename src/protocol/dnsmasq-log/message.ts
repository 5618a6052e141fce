import { clientAddressOf } from '../log-lines/client-address.ts';
import { isKnownNote } from './known-notes.ts';
import { IGNORED_WORDS } from './to-english.ts';
import { parseIpv4, parseMac, type Ipv4Address, type MacAddress } from '../addresses.ts';
import { parseVendorClass } from '../pxe/vendor-class.ts';
import type {
  ClientMessage,
  CompileOptionsRecord,
  ContextRecord,
  NoteRecord,
  ProblemName,
  ProblemRecord,
  RecordOrigin,
  SentOption,
  StartedRecord,
  StoppedRecord,
  TftpRecord,
  TftpRootRecord,
} from './record.ts';

type WithoutOrigin<T> = T extends unknown ? Omit<T, keyof RecordOrigin> : never;

/** A message that stands alone. */
export type SimpleMessage = WithoutOrigin<
  | TftpRecord
  | StartedRecord
  | CompileOptionsRecord
  | ContextRecord
  | TftpRootRecord
  | ProblemRecord
  | StoppedRecord
  | NoteRecord
>;

/** `PXE(eno1) f4:4d:… proxy`, `DHCPOFFER(br0) 192.168.1.200 f4:4d:…`: one packet in or out. */
export interface PacketPart {
  readonly part: 'packet';
  readonly message: ClientMessage;
  /** set on the lines that dnsmasq writes for its own packets */
  readonly reply: 'offer' | 'ack' | 'nak' | undefined;
  readonly interfaceName: string;
  readonly address: Ipv4Address | undefined;
  readonly mac: MacAddress | undefined;
  readonly macText: string | undefined;
  readonly isIgnored: boolean;
  readonly isProxy: boolean;
  readonly remark: string | undefined;
}

/** One line of the block that `log-dhcp` writes about one packet. */
export type BlockPart =
  | PacketPart
  | { readonly part: 'available' }
  | {
      readonly part: 'vendor-class';
      readonly value: string;
      /** the number in it */
      readonly architecture: number | undefined;
    }
  | { readonly part: 'user-class'; readonly value: string }
  | { readonly part: 'host-name'; readonly value: string }
  | { readonly part: 'tags'; readonly values: readonly string[] }
  | { readonly part: 'requested'; readonly codes: readonly number[] }
  | { readonly part: 'boot-file'; readonly value: string }
  | { readonly part: 'server-name'; readonly value: string }
  | { readonly part: 'next-server'; readonly value: string }
  | { readonly part: 'broadcast' }
  | { readonly part: 'sent'; readonly option: SentOption };

const MAX_LISTED = 64;
const CODE_OF_A = 65;
const CODE_OF_Z = 90;

/** Reads a line of a `log-dhcp` block (without its xid), or undefined when it is none. */
export function parseBlockPart(text: string): BlockPart | undefined {
  // only packets are written in capitals
  if (isPacketText(text)) return parsePacket(text);
  const labelEnd = text.indexOf(': ');
  const value = labelEnd < 0 ? '' : text.slice(labelEnd + 2).trim();
  switch (labelEnd < 0 ? '' : text.slice(0, labelEnd)) {
    case 'available DHCP subnet':
    case 'available DHCP range':
      return { part: 'available' };
    case 'vendor class':
      return { part: 'vendor-class', value, architecture: parseVendorClass(value)?.architecture };
    case 'user class':
      return { part: 'user-class', value };
    case 'client provides name':
      return { part: 'host-name', value };
    case 'tags':
      return { part: 'tags', values: value.split(/, ?/).slice(0, MAX_LISTED) };
    case 'requested options':
      return { part: 'requested', codes: codesOf(value) };
    case 'bootfile name':
      return { part: 'boot-file', value };
    case 'server name':
      return { part: 'server-name', value };
    case 'next server':
      return { part: 'next-server', value };
  }
  if (text.startsWith('broadcast response')) return { part: 'broadcast' };
  return text.startsWith('sent size:') ? parseSent(text) : undefined;
}

/** `PXE(…`, `DHCPOFFER(…`: a line that names a client, as no two of them do alike. */
export function isPacketText(text: string): boolean {
  const code = text.charCodeAt(0);
  return code >= CODE_OF_A && code <= CODE_OF_Z;
}

function codesOf(list: string): number[] {
  return Array.from(list.matchAll(/(\d{1,3}):/g), (match) => Number(match[1])).slice(0, MAX_LISTED);
}

function parseSent(text: string): BlockPart | undefined {
  const found = /^sent size:\s*(\d+) option:\s*(\d+) (\S*)\s*(.*)/s.exec(text);
  if (!found) return undefined;
  const [, size, code, name = '', rest = ''] = found;
  const value = rest.trim();
  const isElided = value.endsWith('...');
  const isHex = /^[0-9a-f]{2}(?::[0-9a-f]{2})*$/i.test(value);
  const bytes = isHex ? Uint8Array.from(value.split(':'), (byte) => Number.parseInt(byte, 16)) : undefined;
  const isWhole = bytes !== undefined && bytes.length === Number(size);
  return {
    part: 'sent',
    option: {
      code: Number(code),
      name,
      text: value,
      sizeBytes: Number(size),
      isElided,
      ...(isWhole ? { bytes } : {}),
    },
  };
}

const MESSAGES: ReadonlyMap<string, { message: ClientMessage; reply?: 'offer' | 'ack' | 'nak' }> = new Map([
  ['DHCPDISCOVER', { message: 'discover' }],
  ['DHCPREQUEST', { message: 'request' }],
  ['DHCPINFORM', { message: 'inform' }],
  ['DHCPDECLINE', { message: 'decline' }],
  ['DHCPRELEASE', { message: 'release' }],
  ['DHCPOFFER', { message: 'discover', reply: 'offer' }],
  ['DHCPACK', { message: 'request', reply: 'ack' }],
  ['DHCPNAK', { message: 'request', reply: 'nak' }],
  ['PXE', { message: 'pxe' }],
  ['BOOTP', { message: 'bootp' }],
]);

function parsePacket(text: string): PacketPart | undefined {
  const nameEnd = text.indexOf('(');
  const interfaceEnd = text.indexOf(')', nameEnd);
  if (nameEnd < 0 || interfaceEnd < nameEnd + 2) return undefined;
  const known = MESSAGES.get(text.slice(0, nameEnd));
  const interfaceName = text.slice(nameEnd + 1, interfaceEnd);
  if (!known || /\s/.test(interfaceName)) return undefined;
  const words = text
    .slice(interfaceEnd + 1)
    .split(' ')
    .filter((word) => word !== '');
  let at = 0;
  const address = parseIpv4(words[at] ?? '');
  if (address !== undefined) at++;
  // a MAC may be shortened by whoever pasted the log; dnsmasq writes `06-aa:…` for other hardware types
  const macText = /^[0-9a-f]{2}[-:]/i.test(words[at] ?? '') ? words[at++] : undefined;
  const remark = words.slice(at).join(' ');
  const isProxy = remark === 'proxy' || remark === 'proxy-ignored';
  const isBootServer = known.message === 'pxe' && address !== undefined;
  return {
    part: 'packet',
    message: isBootServer ? 'pxe-boot-server' : known.message,
    reply: known.reply,
    interfaceName,
    address,
    mac: macText === undefined ? undefined : parseMac(macText),
    macText,
    isIgnored: IGNORED_WORDS.has(remark),
    isProxy,
    remark: remark === '' || isProxy ? undefined : remark,
  };
}

/** Reads a message that is about no DHCP packet. `note` when it says nothing about booting. */
export function parseSimpleMessage(text: string): SimpleMessage {
  return (
    parseTftp(text) ??
    parseStartup(text) ??
    parseProblem(text) ?? { kind: 'note', isKnown: isKnownNote(text) }
  );
}

const TFTP_WORD =
  /^(?:TFTP (?=sent |error |file |failed ))?(?:sent|failed|timeout|error|file|unsupported|cannot) /;

function parseTftp(message: string): SimpleMessage | undefined {
  if (!TFTP_WORD.test(message)) return undefined;
  const text = message.startsWith('TFTP ') ? message.slice('TFTP '.length) : message;
  const transfer = /^(sent|failed sending|timeout sending) (.+?) to(?: (\S+))?$/.exec(text);
  if (transfer) {
    const isSent = transfer[1] === 'sent';
    const reason = isSent ? undefined : 'the client stopped answering';
    return tftp(isSent ? 'sent' : 'failed', { path: transfer[2], client: transfer[3], reason });
  }
  const cutTransfer =
    text.startsWith('sent ') && isCutShort(text)
      ? /^sent (\S+) (?:t|to|to [\d.]+)?$/.exec(withoutCut(text))
      : undefined;
  if (cutTransfer) return tftp('sent', { path: cutTransfer[1] });
  const error = /^error (\d+) (.*) ?received from (\S+)$/.exec(text);
  if (error) {
    const reason = (error[2] ?? '').trim();
    const errorCode = Number(error[1]);
    return tftp(isAbort(errorCode, reason) ? 'aborted' : 'client-error', {
      client: error[3],
      errorCode,
      reason: reason === '' ? undefined : reason,
    });
  }
  const missing =
    text.startsWith('file ') && /^file (.+?) not(?: found)?(?: for (\S+))?$/.exec(withoutCut(text));
  if (missing) return tftp('missing', { path: missing[1], client: missing[2] });
  const unsupported = /^unsupported request from (\S+)$/.exec(text);
  if (unsupported) return tftp('unsupported', { client: unsupported[1] });
  const unreadable = /^cannot (access|read) (.+): ([^:]+)$/.exec(text);
  if (!unreadable) return undefined;
  const isDenied = unreadable[1] === 'access' || /permission denied/i.test(unreadable[3] ?? '');
  return tftp(isDenied ? 'denied' : 'unreadable', { path: unreadable[2], reason: unreadable[3] ?? '' });
}

function tftp(
  outcome: TftpRecord['outcome'],
  said: {
    readonly path?: string | undefined;
    readonly client?: string | undefined;
    readonly errorCode?: number;
    readonly reason?: string | undefined;
  },
): SimpleMessage {
  const { path, errorCode, reason } = said;
  return { kind: 'tftp', outcome, errorCode, path, client: clientAddressOf(said.client), reason };
}

/** `systemctl status` and narrow terminals end a long line with dots. */
export function isCutShort(text: string): boolean {
  return text.endsWith('...') || text.endsWith('…');
}

/** The text before the dots, without a word that they broke. */
function withoutCut(text: string): string {
  return isCutShort(text) ? text.replace(/(?:\.\.\.|…)$/, '').replace(/ (?:f|fo|fou|foun|for|)$/, '') : text;
}

/** Firmware ends its size probe with error 8 (EDK2) or 0 (pxelinux); 4 is the user's Escape key. */
function isAbort(code: number, reason: string): boolean {
  return code === 8 || code === 0 || /abort|cancel/i.test(reason);
}

const withoutEnd = (text: string, end: string): string =>
  text.endsWith(end) ? text.slice(0, -end.length).trimEnd() : text;

function parseStartup(text: string): SimpleMessage | undefined {
  const started = /^started, version (\S+)(.*)/s.exec(text);
  if (started) {
    return { kind: 'started', version: started[1] ?? '', isDnsOn: !/DNS disabled/.test(started[2] ?? '') };
  }
  const options = /^compile time options: (.*)$/.exec(text);
  if (options) return { kind: 'compile-options', options: (options[1] ?? '').trim().split(/\s+/) };
  const proxy = /^DHCP, proxy on subnet (\S+)/.exec(text);
  if (proxy) return { kind: 'context', mode: 'proxy', first: proxy[1] ?? '' };
  const range = /^DHCP, IP range (\S+) -- (\S+?)(?:, lease time (.+))?$/.exec(text);
  if (range) {
    return {
      kind: 'context',
      mode: 'range',
      first: range[1] ?? '',
      last: range[2] ?? '',
      ...(range[3] === undefined ? {} : { leaseTime: range[3] }),
    };
  }
  const fixed = /^DHCP, static leases only on (\S+?)(?:, lease time (.+))?$/.exec(text);
  if (fixed) return { kind: 'context', mode: 'static', first: fixed[1] ?? '' };
  const root = /^TFTP root is (\S.*)/s.exec(text)?.[1];
  if (root !== undefined) {
    const path = withoutEnd(root.trimEnd(), ' single port mode');
    const plain = withoutEnd(path, ' secure mode');
    return { kind: 'tftp-root', root: plain, isSecure: plain !== path };
  }
  const stopped = /^exiting on receipt of (\S+)$/.exec(text);
  if (stopped) return { kind: 'stopped', signal: stopped[1] ?? '' };
  return undefined;
}

/** Complaints, most particular first; the first group is what it is about. */
const PROBLEMS: readonly {
  readonly pattern: RegExp;
  readonly problem: ProblemName;
  readonly isWarning?: true;
}[] = [
  { pattern: /^failed to create .*? for (port \d+|\S+): Address already in use/, problem: 'port-in-use' },
  { pattern: /^failed to bind (.*): Address already in use/, problem: 'port-in-use' },
  { pattern: /^unknown interface (\S+)/, problem: 'unknown-interface' },
  { pattern: /^process is missing required capability (\S+)/, problem: 'missing-capability' },
  { pattern: /^setting capabilities failed: (.+)/, problem: 'cannot-drop-privileges' },
  { pattern: /^failed to change (?:user|group)-id to (\S+):/, problem: 'cannot-drop-privileges' },
  { pattern: /^unknown user or group: (\S+)/, problem: 'unknown-user' },
  { pattern: /TFTP directory (\S+) inaccessible/, problem: 'tftp-root-inaccessible' },
  { pattern: / at line (\d+(?: of \S+)?)/, problem: 'bad-configuration' },
  { pattern: /^bad command line options/, problem: 'bad-configuration' },
  { pattern: /^cannot (?:read|access) (\S+\.conf)\b/, problem: 'bad-configuration' },
  {
    pattern: /^no address range available for DHCP request (?:via )?(\S+)/,
    problem: 'no-address-range',
    isWarning: true,
  },
  {
    pattern: /^DHCP packet received on (\S+) which has no address/,
    problem: 'interface-without-address',
    isWarning: true,
  },
  {
    pattern: /^warning: interface (\S+) does not currently exist/,
    problem: 'interface-missing',
    isWarning: true,
  },
  { pattern: /^Error sending DHCP packet to (\S+):/, problem: 'send-failed' },
  { pattern: /lease file (\S+)/, problem: 'lease-file' },
  { pattern: /^PXE menu too large/, problem: 'pxe-menu-too-large' },
  { pattern: /^FAILED to start up/, problem: 'failed-to-start' },
  { pattern: /^warning: /i, problem: 'other', isWarning: true },
  { pattern: /^LOUD WARNING: /, problem: 'other', isWarning: true },
  { pattern: /^(?:failed to|cannot|error) /i, problem: 'other' },
];

function parseProblem(text: string): SimpleMessage | undefined {
  for (const { pattern, problem, isWarning } of PROBLEMS) {
    const found = pattern.exec(text);
    if (!found) continue;
    return {
      kind: 'problem',
      severity: isWarning === true ? 'warning' : 'error',
      problem,
      ...(found[1] === undefined ? {} : { subject: found[1] }),
    };
  }
  return undefined;
}
