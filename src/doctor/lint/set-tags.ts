import type { ConfLine } from './conf-line.ts';
import { splitValue } from './conf-lines.ts';
import type { PxeConfig } from './pxe-config.ts';

/** Tags that dnsmasq sets by itself. */
const OWN_TAGS = new Set(['known', 'known-othernet', 'bootp', 'dhcpv6', 'cpewan-id', 'lo']);
/** The name of an interface is a tag too. */
const INTERFACE = /^(?:eth|en|br|wl|vlan|vmbr|bond|tap)[\w.]*$/;
const SETTING = new Set([
  'dhcp-match',
  'dhcp-vendorclass',
  'dhcp-userclass',
  'dhcp-mac',
  'dhcp-circuitid',
  'dhcp-remoteid',
  'dhcp-subscrid',
  'dhcp-name-match',
]);

export function tagsSetBy({ key, value }: ConfLine): readonly string[] {
  const parts = splitValue(value);
  const marked = parts.flatMap((part) => /^(?:set|net):(.+)$/.exec(part)?.[1] ?? []);
  const [first = ''] = parts;
  // an old way to write it: the bare tag comes first
  const bare = SETTING.has(key) || (key === 'dhcp-range' && /^[a-z][\w.-]*$/i.test(first)) ? [first] : [];
  return [...marked, ...bare];
}

/** How a line asks for a tag, or for its absence. */
export const TAG_MARKS = ['tag:', 'tag:!', 'net:', 'net:#'] as const;

/** Tags that any line asks for. */
export function askedTags({ files }: PxeConfig): ReadonlySet<string> {
  return new Set(
    files.lines.flatMap(({ value }) =>
      splitValue(value).flatMap((part) => /^(?:tag:!?|net:#?)(.+)$/.exec(part)?.[1] ?? []),
    ),
  );
}

/** A tag that a line of network boot asks for and that nothing sets. */
export interface UnsetTag {
  readonly tag: string;
  readonly isNegated: boolean;
  readonly at: ConfLine;
}

/** Such tags, once for each line; none where another file may set them. */
export function unsetTags(config: PxeConfig): readonly UnsetTag[] {
  const isElsewhere = config.files.lines.some(({ key }) =>
    /^dhcp-(?:hosts|opts)(?:file|dir)$|^dhcp-script$/.test(key),
  );
  if (isElsewhere) return [];
  const set = new Set(config.files.lines.flatMap(tagsSetBy));
  const users = [...config.boots, ...config.services, ...config.bootFileOptions, ...config.serverOptions];
  return users.flatMap(({ at, tags }) =>
    tags.flatMap((written) => {
      const tag = written.replace(/^!/, '');
      const isKnown = set.has(tag) || OWN_TAGS.has(tag) || INTERFACE.test(tag);
      return isKnown ? [] : [{ tag, isNegated: written.startsWith('!'), at }];
    }),
  );
}
