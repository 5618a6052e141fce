import type { ConfLine } from './conf-line.ts';
import { edgeOsLines, isEdgeOs } from './edge-os.ts';

/** A configuration of a system around dnsmasq, as the dnsmasq settings that it stands for; edits of it are words. */
export interface TranslatedForm {
  readonly name: string;
  readonly isIt: (text: string) => boolean;
  readonly lines: (file: string, text: string) => readonly ConfLine[];
}

/** OpenWrt's /etc/config/dhcp, as its init script translates it. */
const UCI: TranslatedForm = {
  name: 'OpenWrt (UCI)',
  isIt: isUci,
  lines: (file, text) =>
    uciSectionsOf(text).flatMap((section) =>
      (UCI_SECTIONS[section.type]?.(section) ?? []).map((setting) => lineOf(file, section, setting)),
    ),
};

/** Whether a text is OpenWrt's /etc/config/dhcp. */
export function isUci(text: string): boolean {
  return /^config\s+(?:dnsmasq|dhcp|boot|match|vendorclass|userclass)\b/m.test(text);
}

/** Pi-hole 6: pihole.toml holds lines for dnsmasq, and its own DHCP server. */
const PI_HOLE: TranslatedForm = {
  name: 'Pi-hole',
  isIt: (text) =>
    /^[ \t]*\[(?:misc|dhcp)\][ \t]*\r?$/m.test(text) &&
    /^[ \t]*(?:dnsmasq_lines|active|leaseTime)[ \t]*=/m.test(text),
  lines: piHoleLines,
};

/** Pi-hole 5 keeps what its own DHCP server leases in /etc/pihole/setupVars.conf; boot files stand in /etc/dnsmasq.d. */
const PI_HOLE_5: TranslatedForm = {
  name: 'Pi-hole 5 (setupVars.conf)',
  isIt: (text) => /^(?:PIHOLE_INTERFACE|PIHOLE_DNS_1|DHCP_ACTIVE)=/m.test(text),
  lines: setupVars,
};

const EDGE_OS: TranslatedForm = { name: 'EdgeOS or VyOS', isIt: isEdgeOs, lines: edgeOsLines };

export const TRANSLATED_FORMS: readonly TranslatedForm[] = [UCI, PI_HOLE, PI_HOLE_5, EDGE_OS];

export interface UciSection {
  readonly type: string;
  readonly name: string;
  readonly line: number;
  readonly raw: string;
  /** `option` and `list` lines, each with its place */
  readonly options: readonly {
    readonly key: string;
    readonly value: string;
    readonly line: number;
    readonly raw: string;
  }[];
}

/** One dnsmasq setting, and the option that it comes from; absent: the whole section. */
interface Setting {
  readonly key: string;
  readonly value?: string;
  readonly from?: string;
}

const UCI_SECTIONS: Readonly<Record<string, (section: UciSection) => readonly Setting[]>> = {
  dnsmasq: (section) => [
    ...flag(section, 'enable_tftp', 'enable-tftp'),
    ...flag(section, 'logdhcp', 'log-dhcp'),
    ...valueOf(section, 'tftp_root', 'tftp-root'),
    ...valueOf(section, 'port', 'port'),
    ...valueOf(section, 'dhcp_boot', 'dhcp-boot'),
    ...valueOf(section, 'dhcp_option', 'dhcp-option'),
    ...valueOf(section, 'dhcp_option_force', 'dhcp-option-force'),
    ...valueOf(section, 'server', 'server'),
    ...valueOf(section, 'domain', 'domain'),
  ],
  dhcp: (section) => {
    if (get(section, 'ignore') === '1' || get(section, 'dhcpv4') === 'disabled') return [];
    const start = Number(get(section, 'start') ?? 100);
    const limit = Number(get(section, 'limit') ?? 150);
    if (!Number.isInteger(start) || !Number.isInteger(limit)) return [];
    // the network is that of the interface, which this file does not name
    const end = Math.min(254, start + limit - 1);
    const value = `set:${section.name},192.0.2.${start},192.0.2.${end},255.255.255.0,${get(section, 'leasetime') ?? '12h'}`;
    return [{ key: 'dhcp-range', value }, ...valueOf(section, 'dhcp_option', 'dhcp-option')];
  },
  boot: (section) => {
    const parts = [get(section, 'filename') ?? '', get(section, 'servername'), get(section, 'serveraddress')];
    const tag = get(section, 'networkid');
    const value = `${tag === undefined ? '' : `tag:${tag},`}${parts.map((part) => part ?? '').join(',')}`;
    return [
      { key: 'dhcp-boot', value: value.replace(/(?<!,),+$/, '') },
      ...valueOf(section, 'dhcp_option', 'dhcp-option'),
    ];
  },
  match: (section) => tagged(section, 'match', 'dhcp-match'),
  vendorclass: (section) => tagged(section, 'vendorclass', 'dhcp-vendorclass'),
  userclass: (section) => tagged(section, 'userclass', 'dhcp-userclass'),
};

function tagged(section: UciSection, option: string, key: string): readonly Setting[] {
  const tag = get(section, 'networkid');
  const value = get(section, option);
  return tag === undefined || value === undefined
    ? []
    : [{ key, value: `set:${tag},${value}`, from: option }];
}

function flag(section: UciSection, option: string, key: string): readonly Setting[] {
  return /^(?:1|on|true|yes|enabled)$/.test(get(section, option) ?? '') ? [{ key, from: option }] : [];
}

function valueOf(section: UciSection, option: string, key: string): readonly Setting[] {
  return section.options
    .filter((one) => one.key === option)
    .map(({ value }) => ({ key, value, from: option }));
}

function get(section: UciSection, option: string): string | undefined {
  return section.options.find((one) => one.key === option)?.value;
}

function lineOf(file: string, section: UciSection, { key, value, from }: Setting): ConfLine {
  const own = section.options.filter((one) => one.key === from);
  const at =
    own.find((one) => one.value === value) ??
    own.find((one) => value === undefined || value.includes(one.value));
  const { line, raw } = at ?? section;
  return { file, line, raw: raw.trim(), key, value: value ?? '', hasValue: value !== undefined };
}

export function uciSectionsOf(text: string): readonly UciSection[] {
  const sections: (Omit<UciSection, 'options'> & { options: UciSection['options'][number][] })[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    const section = /^\s*config\s+'?(\w+)'?(?:\s+['"]?([^'"\s]+))?/.exec(raw);
    if (section) {
      sections.push({ type: section[1] ?? '', name: section[2] ?? '', line: index + 1, raw, options: [] });
      return;
    }
    const option = /^\s*(?:option|list)\s+'?(\w+)'?\s+(?:'([^']*)'|"([^"]*)"|(\S+))/.exec(raw);
    if (option)
      sections.at(-1)?.options.push({
        key: option[1] ?? '',
        value: option[2] ?? option[3] ?? option[4] ?? '',
        line: index + 1,
        raw,
      });
  });
  return sections;
}

function piHoleLines(file: string, text: string): readonly ConfLine[] {
  const out: ConfLine[] = [];
  const dhcp = new Map<string, { readonly value: string; readonly line: number; readonly raw: string }>();
  let table = '';
  let isInLines = false;
  text.split(/\r?\n/).forEach((whole, index) => {
    const raw = whole.replace(/(?:^|\s)#.*/s, '');
    table = /^\s*\[([\w.]+)\]\s*$/.exec(raw)?.[1] ?? table;
    if (/^\s*dnsmasq_lines\s*=\s*\[/.test(raw)) isInLines = true;
    if (isInLines) {
      const strings = raw.replace(/^\s*dnsmasq_lines\s*=/, '').matchAll(/\\.|"((?:[^"\\]|\\.)*)"|'([^']*)'/g);
      for (const [, double, single] of strings) {
        const setting = (double?.replace(/\\(.)/g, '$1') ?? single ?? '').trim();
        const equals = setting.indexOf('=');
        if (setting === '' || setting.startsWith('#')) continue;
        out.push({
          file,
          line: index + 1,
          raw: whole.trim(),
          key: (equals < 0 ? setting : setting.slice(0, equals)).trim(),
          value: equals < 0 ? '' : setting.slice(equals + 1).trim(),
          hasValue: equals >= 0,
        });
      }
      if (/\]\s*$/.test(raw)) isInLines = false;
      return;
    }
    const pair = /^\s*(\w+)\s*=(.*)/s.exec(raw);
    if (table === 'dhcp' && pair)
      dhcp.set(pair[1] ?? '', {
        value: (pair[2] ?? '').trim().replace(/^"|"$/g, ''),
        line: index + 1,
        raw: whole.trim(),
      });
  });
  const start = dhcp.get('start');
  if (dhcp.get('active')?.value === 'true' && start)
    out.push({
      ...{ file, line: start.line, raw: start.raw, key: 'dhcp-range', hasValue: true },
      value: [start.value, dhcp.get('end')?.value ?? '', dhcp.get('leaseTime')?.value || '24h'].join(','),
    });
  return out;
}

function setupVars(file: string, text: string): readonly ConfLine[] {
  const found = new Map<string, { readonly value: string; readonly line: number; readonly raw: string }>();
  text.split(/\r?\n/).forEach((raw, index) => {
    const pair = /^([A-Z][A-Z0-9_]*)=(.*)/s.exec(raw.trim());
    if (pair) found.set(pair[1] ?? '', { value: pair[2] ?? '', line: index + 1, raw: raw.trim() });
  });
  const lineFrom = (name: string, key: string, value: (own: string) => string): readonly ConfLine[] => {
    const own = found.get(name);
    if (own === undefined || own.value === '') return [];
    return [{ file, line: own.line, raw: own.raw, key, value: value(own.value), hasValue: true }];
  };
  const hours = found.get('DHCP_LEASETIME')?.value || '24';
  const lease = hours === '0' ? 'infinite' : `${hours}h`;
  const end = found.get('DHCP_END')?.value ?? '';
  const isActive = found.get('DHCP_ACTIVE')?.value === 'true';
  return [
    ...(isActive ? lineFrom('DHCP_START', 'dhcp-range', (start) => `${start},${end},${lease}`) : []),
    ...(isActive ? lineFrom('DHCP_ROUTER', 'dhcp-option', (router) => `3,${router}`) : []),
    ...lineFrom('PIHOLE_INTERFACE', 'interface', (name) => name),
    ...lineFrom('PIHOLE_DNS_1', 'server', (address) => address),
  ];
}
