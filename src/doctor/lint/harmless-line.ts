import type { ConfLine } from './conf-line.ts';

/** Options that run, read, write or resolve something: what they name is of another computer. */
const LEFT_OUT = new Set([
  'conf-script',
  'conf-file',
  'conf-dir',
  'servers-file',
  'server',
  'local',
  'rev-server',
  'resolv-file',
  'addn-hosts',
  'hostsdir',
  'dhcp-hostsfile',
  'dhcp-hostsdir',
  'dhcp-optsfile',
  'dhcp-optsdir',
  'dhcp-script',
  'dhcp-luascript',
  'dhcp-leasefile',
  'dnssec-timestamp',
  'trust-anchor',
  'dumpfile',
]);
/** dnsmasq reads 1,024 bytes at a time, and takes what comes after them for a line of its own (option.c read_file). */
const MAX_LINE_BYTES = 1_000;
/** No option of dnsmasq has another letter in its name: it need not be asked. */
const NAME = /^[A-Za-z0-9-]+$/;

/** A line of somebody else's as dnsmasq may be given it, or why it may not. */
export type JudgedLine =
  { readonly text: string } | { readonly whyNot: 'too-long' | 'no-option' | 'left-out' };

/** Lets no line to a dnsmasq of this computer that runs or opens something, or is more than the one option that it shows. */
export function harmlessLine({ key, value, hasValue }: ConfLine): JudgedLine {
  const text = hasValue ? `${key}=${value}` : key;
  if (Buffer.byteLength(text) > MAX_LINE_BYTES) return { whyNot: 'too-long' };
  if (!NAME.test(key)) return { whyNot: 'no-option' };
  return LEFT_OUT.has(key) || !isOneLine(text) ? { whyNot: 'left-out' } : { text };
}

const isOneLine = (text: string): boolean => !/[\0-\x08\n-\x1f\x7f]/.test(text);
