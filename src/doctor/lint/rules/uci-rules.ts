import type { Finding } from '../../../model/finding.ts';
import { addTo, words } from '../../../model/fix.ts';
import { splitValue, type ConfReader } from '../conf-lines.ts';
import { isElision } from '../elisions.ts';
import { lintFinding } from '../lint-finding.ts';
import type { PxeConfig } from '../pxe-config.ts';
import { bootSection } from '../write-uci.ts';
import { isUci, uciSectionsOf, type UciSection } from '../translated-forms.ts';

/** Rules of OpenWrt's /etc/config/dhcp: what of it never reaches dnsmasq (its init script, package dnsmasq). */
export function lintUci(config: PxeConfig, reader: ConfReader): readonly Finding[] {
  return config.files.paths.flatMap((file) => {
    const text = reader.read(file);
    if (text === undefined || !isUci(text)) return [];
    const dnsmasq = uciSectionsOf(text).filter(({ type }) => type === 'dnsmasq');
    return [
      ...otherLanguage(file, text),
      ...dnsmasq.flatMap((section) => [...ignoredLists(file, section), ...joinedBoots(file, section)]),
    ];
  });
}

/** uci takes nothing of a file with a line that it cannot parse. */
function otherLanguage(file: string, text: string): Finding[] {
  const bad = text
    .split(/\r?\n/)
    .map((raw, index) => ({ file, line: index + 1, raw: raw.trim() }))
    .filter(({ raw }) => !/^(?:#.*|\s*|(?:config|option|list|package)\s.*)$/.test(raw) && !isElision(raw));
  const [first] = bad;
  if (!first) return [];
  const isDhcpd = bad.some(({ raw }) => /[;{}]\s*$/.test(raw));
  return [
    lintFinding('config-unreadable', bad.slice(0, 5), [], {
      title: isDhcpd
        ? 'these lines are of ISC dhcpd: OpenWrt cannot read the file'
        : 'this line is neither config, option nor list: OpenWrt cannot read the file',
      cause: 'uci says "Parse error", and dnsmasq gets nothing of this file.',
      mends: isDhcpd
        ? [
            addTo(
              file,
              [
                'config boot',
                "\toption filename 'FILE'",
                "\toption servername 'SERVER'",
                "\toption serveraddress 'ADDRESS'",
              ],
              'take them out, and write in their place:',
            ),
          ]
        : [words('correct the line; uci show dhcp tells whether it can be read')],
    }),
  ];
}

/** Options of dnsmasq that have a section of their own in this file. */
const OWN_SECTION: Readonly<Record<string, string>> = {
  dhcp_match: 'match',
  dhcp_vendorclass: 'vendorclass',
  dhcp_userclass: 'userclass',
};

function ignoredLists(file: string, { options }: UciSection): Finding[] {
  const ignored = options.filter(
    ({ key }) => key in OWN_SECTION || key === 'pxe_service' || key === 'dhcp_range',
  );
  if (ignored.length === 0) return [];
  const sections = ignored.flatMap(({ key, value }) => {
    const type = OWN_SECTION[key];
    const [tag = '', ...rest] = splitValue(value);
    return type === undefined
      ? []
      : [
          `config ${type}`,
          `\toption networkid '${tag.replace(/^(?:set|net):/, '')}'`,
          `\toption ${type} '${rest.join(',')}'`,
        ];
  });
  const other = ignored.filter(({ key }) => !(key in OWN_SECTION));
  return [
    lintFinding(
      'config-option-unknown',
      ignored.slice(0, 5).map(({ line, raw }) => ({ file, line, raw: raw.trim() })),
      [],
      {
        severity: 'warning',
        title: `OpenWrt hands ${[...new Set(ignored.map(({ key }) => key))].join(' and ')} of config dnsmasq to nobody`,
        cause: 'Its init script knows no such option there: what these lines match or serve does not happen.',
        mends: [
          ...(sections.length === 0
            ? []
            : [addTo(file, sections, 'write sections of their own in their place:')]),
          ...(other.length === 0
            ? []
            : [
                words(
                  "write such lines for dnsmasq into /etc/dnsmasq.conf, which it reads besides (in dnsmasq's own words)",
                ),
              ]),
        ],
      },
    ),
  ];
}

/** A list of dhcp_boot becomes one line with blanks between its entries: append_parm knows no lists. */
function joinedBoots(file: string, { options }: UciSection): Finding[] {
  const boots = options.filter(({ key }) => key === 'dhcp_boot');
  if (boots.length < 2) return [];
  return [
    lintFinding(
      'config-option-unknown',
      boots.slice(0, 5).map(({ line, raw }) => ({ file, line, raw: raw.trim() })),
      [],
      {
        severity: 'warning',
        title: 'OpenWrt makes one line of several dhcp_boot: dnsmasq gets no usable file name',
        cause: 'The init script writes dhcp-boot once, with all entries of the list in it.',
        mends: [
          addTo(
            file,
            boots.flatMap(({ value }) => bootSection(value)),
            'write a section config boot for each in their place:',
          ),
        ],
      },
    ),
  ];
}
