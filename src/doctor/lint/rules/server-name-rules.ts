import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { parseIpv4 } from '../../../protocol/addresses.ts';
import { splitValue } from '../conf-lines.ts';
import { lintFinding, type Edit, type LintInput } from '../lint-finding.ts';
import type { DhcpBoot } from '../pxe-config.ts';

/** The second part of dhcp-boot is the name of a server, which no firmware looks at. */
export function lintServerNames(input: LintInput): Finding[] {
  return [...addressesAsNames(input), ...urlsAsNames(input)];
}

/** `dhcp-boot=FILE,ADDRESS`: the second part is a name that firmware does not look at, the third is the server. */
function addressesAsNames({ config, isWhole }: LintInput): Finding[] {
  // who serves the files itself is the server that an empty address means
  if (config.hasTftp || !isWhole) return [];
  const own = new Set(
    config.files.lines.flatMap(({ key, value }) => (key === 'listen-address' ? splitValue(value) : [])),
  );
  const named = config.boots.filter(
    ({ serverName = '', address }) =>
      address === undefined && parseIpv4(serverName) !== undefined && !own.has(serverName),
  );
  const [first] = named;
  if (!first) return [];
  const edits = named.map(({ at, serverName = '' }) => ({
    at,
    lines: [at.raw.replace(new RegExp(`,(\\s*${serverName.replaceAll('.', '\\.')})\\b`), ',,$1')],
  }));
  return [
    lintFinding(
      'wrong-server-address',
      named.map(({ at }) => at),
      edits,
      {
        severity: 'warning',
        title: `${first.serverName ?? ''} stands where the name of the server belongs: clients are sent to this dnsmasq`,
        cause:
          'dhcp-boot takes the file, the name of a server and its address. Firmware goes by the address; where it is missing, dnsmasq writes its own, and it serves no TFTP here.',
      },
    ),
  ];
}

/** `dhcp-boot=ipxe,http://…`: what is meant is a tag, or a second file; the client is sent the first part as the file. */
function urlsAsNames({ config }: LintInput): Finding[] {
  return config.boots.flatMap((boot) => {
    const { at, file, serverName = '' } = boot;
    if (!/^\w+:\/\//.test(serverName)) return [];
    const edits = asTag(boot);
    return [
      lintFinding('wrong-server-address', [at], edits, {
        title: `${serverName} stands where the name of the server belongs: no client is given it`,
        cause: `dhcp-boot takes the file, the name of a server and its address: the file of this line is ${file === '' ? 'empty' : file}.`,
        mends: [
          words(
            edits.length > 0
              ? 'iPXE is told apart by a tag, and the address is the file of its line'
              : `give the address to iPXE in a line of its own: dhcp-boot=tag:ipxe,${serverName}, with dhcp-match=set:ipxe,175`,
          ),
        ],
      }),
    ];
  });
}

/** A word that is no name of a file is the tag of those who are given the address. */
function asTag({ at, tags, file, serverName = '', address }: DhcpBoot): readonly Edit[] {
  if (tags.length > 0 || !/^[a-z][\w-]*$/i.test(file) || !/ipxe/i.test(file)) return [];
  const own = address ?? /^\w+:\/\/(\d+(?:\.\d+){3})[:/]/.exec(serverName)?.[1];
  const where = own === undefined ? '' : `,,${own}`;
  return [{ at, lines: [`dhcp-match=set:${file},175`, `dhcp-boot=tag:${file},${serverName}${where}`] }];
}
