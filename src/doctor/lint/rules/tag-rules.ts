import type { ConfLine } from '../conf-line.ts';
import { splitValue } from '../conf-lines.ts';
import type { Finding } from '../../../model/finding.ts';
import { lintFinding, type LintInput } from '../lint-finding.ts';

/** Tags that dnsmasq sets by itself. */
const OWN_TAGS = new Set(['known', 'known-othernet', 'bootp', 'dhcpv6', 'cpewan-id', 'lo']);
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

/** Tags that lines of network boot ask for and that nothing sets: the line is never used, or always. */
export function lintTags({ config, isWhole }: LintInput): Finding[] {
  if (!isWhole) return [];
  const set = new Set(config.files.lines.flatMap(tagsSetBy));
  const hasFiles = config.files.lines.some(({ key }) =>
    /^dhcp-(?:hosts|opts)(?:file|dir)$|^dhcp-script$/.test(key),
  );
  const told = new Set<string>();
  const users = [...config.boots, ...config.services, ...config.bootFileOptions, ...config.serverOptions];
  return users.flatMap(({ at, tags }) =>
    tags.flatMap((written) => {
      const tag = written.replace(/^!/, '');
      // the name of an interface is a tag too
      const isKnown =
        set.has(tag) || OWN_TAGS.has(tag) || /^(?:eth|en|br|wl|vlan|vmbr|bond|tap)[\w.]*$/.test(tag);
      if (isKnown || hasFiles || told.has(tag)) return [];
      told.add(tag);
      const isIpxe = /ipxe/i.test(tag);
      return [
        lintFinding(
          'tag-never-set',
          [at],
          isIpxe ? [{ at, lines: [`dhcp-match=set:${tag},175`, at.raw] }] : [],
          {
            severity: isIpxe ? 'error' : 'warning',
            title: `the tag ${tag} is used and never set`,
            ...(isIpxe
              ? {
                  cause:
                    'dnsmasq then never knows iPXE: it is given iPXE again and again, and its script never.',
                }
              : {}),
          },
        ),
      ];
    }),
  );
}

function tagsSetBy({ key, value }: ConfLine): readonly string[] {
  const parts = splitValue(value);
  const marked = parts.flatMap((part) => /^(?:set|net):(.+)$/.exec(part)?.[1] ?? []);
  const [first = ''] = parts;
  // an old way to write it: the bare tag comes first
  const bare = SETTING.has(key) || (key === 'dhcp-range' && /^[a-z][\w.-]*$/i.test(first)) ? [first] : [];
  return [...marked, ...bare];
}
