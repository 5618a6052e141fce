import { parseMac } from '../../protocol/addresses.ts';
import type { ListedMachine, ListProblem, MachineList } from './machine-list.ts';

/** Tells lines of offsets that are asked for in their order: the text is read once. */
function lineCounter(text: string): (offset: number) => number {
  let [line, next] = [1, text.indexOf('\n')];
  return (offset) => {
    for (; next >= 0 && next < offset; next = text.indexOf('\n', next + 1)) line += 1;
    return line;
  };
}

/** Machine names are for menus and files; a host's may be a whole domain name. */
const hostName = (text: string): string => text.replace(/^"|"$/g, '');

/** Host declarations of ISC dhcpd: name and hardware address; addresses and options are the DHCP server's own business. */
export function readIscHosts(text: string): MachineList {
  const machines: ListedMachine[] = [];
  const problems: ListProblem[] = [];
  const plain = text.replace(/#.*/g, (comment) => ' '.repeat(comment.length));
  const lineAt = lineCounter(plain);
  for (const match of plain.matchAll(/(?<![\w-])host\s+([^\s{]+)\s*\{([^{}]*)\}/g)) {
    const [, name = '', body = ''] = match;
    const line = lineAt(match.index);
    const address = /hardware\s+(?:ethernet|unknown-1)\s+([^\s;]+)\s*;/.exec(body)?.[1];
    const mac = address === undefined ? undefined : readLooseMac(address);
    if (mac === undefined) {
      const what = `the host ${hostName(name)} has ${address === undefined ? 'no hardware ethernet' : `the hardware address ${address}`}`;
      problems.push({ line, what, why: 'a machine is known by its MAC address' });
      continue;
    }
    machines.push({ line, entry: { mac, name: hostName(name) } });
  }
  if (machines.length + problems.length === 0)
    problems.push({ line: 1, what: 'there is no host declaration' });
  return { machines, problems };
}

/** `0:1a:2b:3:4:5`: dhcpd takes bytes without their leading zero. */
function readLooseMac(text: string): string | undefined {
  return (
    parseMac(text) ??
    parseMac(
      text
        .split(':')
        .map((byte) => byte.padStart(2, '0'))
        .join(':'),
    )
  );
}

/** `dhcp-host` lines of dnsmasq: name and first hardware address. */
export function readDnsmasqHosts(text: string): MachineList {
  const machines: ListedMachine[] = [];
  const problems: ListProblem[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const value = /^\s*(?:--)?dhcp-host=([^#]*)/.exec(raw)?.[1];
    if (value === undefined) continue;
    const line = index + 1;
    const fields = value.split(',').map((field) => field.trim());
    // a hardware type may stand before the address
    const macs = fields.flatMap(
      (field) => parseMac(field.replace(/^[0-9a-f]{2}-(?=[0-9a-f]{2}:)/i, '')) ?? [],
    );
    const [mac] = macs;
    if (mac === undefined || macs.length > 1) {
      const what =
        mac === undefined
          ? `no MAC address in dhcp-host=${value.trim()}`
          : `several MAC addresses in dhcp-host=${value.trim()}`;
      problems.push({ line, what, why: 'a machine is known by one MAC address, without wildcards' });
      continue;
    }
    const name = fields.find(isName);
    machines.push({ line, entry: { mac, ...(name === undefined ? {} : { name }) } });
  }
  if (machines.length + problems.length === 0) problems.push({ line: 1, what: 'there is no dhcp-host line' });
  return { machines, problems };
}

/** What is neither an address, a tag, a client id, a lease time nor a keyword. */
function isName(field: string): boolean {
  return (
    /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(field) &&
    parseMac(field) === undefined &&
    !/^\d+(?:\.\d+){3}$|^\d+[smhdw]?$|^(?:ignore|infinite)$/.test(field)
  );
}
