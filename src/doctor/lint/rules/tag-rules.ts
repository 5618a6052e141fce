import type { ConfLine } from '../conf-line.ts';
import { splitValue } from '../conf-lines.ts';
import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { leasedFileOf } from '../client-answers.ts';
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

export function lintTags(input: LintInput): Finding[] {
  return [...(input.isWhole ? neverSet(input) : []), ...servedNothing(input)];
}

/** A kind of machine that is told apart, and then given nothing: no line asks for its tag. */
function servedNothing({ config }: LintInput): Finding[] {
  const { files, architectureTags, boots, services } = config;
  // what is filled in later may ask for it
  if (files.templateLines.length > 0 || !boots.some(({ tags }) => tags.length > 0)) return [];
  const asked = new Set(files.lines.flatMap(({ value }) => splitValue(value)));
  return [...architectureTags].flatMap(([tag, codes]) => {
    const isAsked = ['tag:', 'tag:!', 'net:', 'net:#'].some((mark) => asked.has(`${mark}${tag}`));
    const isServed = codes.some(
      (architecture) =>
        services.some((service) => service.architecture === architecture) ||
        leasedFileOf(config, { architecture, isIpxe: false }) !== undefined,
    );
    const at = files.lines.find((line) => tagsSetBy(line).includes(tag));
    if (isAsked || isServed || at === undefined) return [];
    return [
      lintFinding('no-boot-service-for-arch', [at], [], {
        severity: 'info',
        title: `the tag ${tag} (arch ${codes.join(' and ')}) is set and no line asks for it: such a machine is given no boot file`,
        cause: 'It gets an address and nothing to load (PXE-E53), while machines of other kinds are served.',
        mends: [words(`name a file for it: dhcp-boot=tag:${tag},FILE; or leave this line out`)],
      }),
    ];
  });
}

/** Tags that lines of network boot ask for and that nothing sets: the line is never used, or always. */
function neverSet({ config }: LintInput): Finding[] {
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
