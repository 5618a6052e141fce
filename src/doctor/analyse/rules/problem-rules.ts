import type { Finding, FindingId } from '../../../model/finding.ts';
import { addTo, command, words, type Fix } from '../../../model/fix.ts';
import { makeFinding } from '../../finding-catalogue.ts';
import { mendsOfRefusal } from '../../lint/dnsmasq-options.ts';
import type { Observations, ServerProblem } from '../observation.ts';

type Words = Partial<Omit<Finding, 'id' | 'evidence'>>;

/** What a server program complains of: why it does not start, or does not answer. */
export function findingOfProblem(observations: Observations, seen: ServerProblem): readonly Finding[] {
  const [id, said] = judged(observations, seen, seen.server ?? 'dnsmasq') ?? [];
  if (id === undefined) return [];
  return [makeFinding(id, [seen.evidence], seen.isBeside === true ? besideWords(seen) : said)];
}

function judged(
  observations: Observations,
  seen: ServerProblem,
  server: string,
): readonly [FindingId, Words?] | undefined {
  switch (seen.problem) {
    case 'port-in-use':
      return portInUse(seen, server);
    case 'missing-capability':
    case 'cannot-drop-privileges':
      return ['privilege-missing', server === 'dnsmasq' ? {} : { mends: [words(`start ${server} as root`)] }];
    case 'unknown-user':
      return ['config-unreadable', unknownUser(seen, server)];
    case 'unknown-interface':
    case 'interface-missing':
      return [
        'interface-missing',
        { mends: [command('ip -brief address', 'see which interfaces there are')] },
      ];
    case 'interface-without-address':
      return ['interface-down'];
    case 'no-interface':
      return ['interface-missing', noInterface(seen, server)];
    case 'no-address-range':
      return [
        'proxy-range-mismatch',
        server === 'dnsmasq' ? rangeWords(observations, seen) : noSubnet(seen, server),
      ];
    case 'tftp-root-inaccessible':
      return isMissing(seen) ? ['config-unreadable', missingFolder(seen, server)] : ['tftp-access-denied'];
    case 'bad-configuration':
      return ['config-unreadable', server === 'dnsmasq' ? refusedLine(seen) : refusedBy(seen, server)];
    case 'lease-file':
    case 'file-unreadable':
      return ['config-unreadable', unreadable(seen, server)];
    case 'failed-to-start':
      return [
        'config-unreadable',
        { title: `${server} does not start`, cause: 'It says so itself, with the reason.', mends: [] },
      ];
    case 'file-name-altered':
      return [seen.problem, { title: `a client asks for ${seen.subject ?? ''}, which nobody named so` }];
    case 'send-failed':
      return ['answer-not-sent', { title: `${server} cannot send its answers` }];
    default:
      return undefined;
  }
}

/** Clients are answered elsewhere: what arrives on another interface is mostly none of a boot's. */
function besideWords({ subject = 'another interface' }: ServerProblem): Words {
  return {
    severity: 'info',
    title: `dnsmasq answers nobody on ${subject}`,
    cause: `It has no addresses there, and serves on another interface. That is right where no machine boots through ${subject}.`,
    mends: [words(`interface=IF in dnsmasq.conf, of the interface that serves, keeps ${subject} out of it`)],
  };
}

/** Who listens where: `lsof` and `ss` are asked by port. */
const PORT_OF: Readonly<Record<string, string>> = {
  'ISC dhcpd': 'UDP 67',
  Kea: 'UDP 67',
  'tftpd-hpa': 'UDP 69',
  atftpd: 'UDP 69',
};

function portInUse({ subject = '' }: ServerProblem, server: string): readonly [FindingId, Words] {
  const digits = /(?:port |:)(\d+)$/.exec(subject)?.[1];
  const dhcp = /DHCPv6/.test(subject) ? 'UDP 547' : /DHCP/.test(subject) ? 'UDP 67' : undefined;
  const port =
    PORT_OF[server] ??
    dhcp ??
    (digits === undefined ? undefined : `${server === 'dnsmasq' ? 'port' : 'TCP'} ${digits}`);
  const number = /\d+/.exec(port ?? '')?.[0];
  const look = command(
    `sudo ss -lnp${number === undefined ? '' : ` 'sport = :${number}'`}`,
    'see which program it is',
  );
  if (server === 'dnsmasq' && digits === '53')
    return [
      'dns-port-enabled',
      {
        severity: 'error',
        title: 'dnsmasq does not start: another program holds port 53 (DNS)',
        mends: [
          addTo('dnsmasq.conf', ['port=0'], 'where dnsmasq is not to answer DNS, add to dnsmasq.conf:'),
          look,
          words(
            'or stop the other one: systemd-resolved with DNSStubListener=no in /etc/systemd/resolved.conf',
          ),
        ],
      },
    ];
  return [
    'port-in-use',
    {
      title: `${server} does not start: another program holds ${port ?? 'its port'}`,
      mends: [look, words(OTHER_SERVERS[number ?? ''] ?? 'stop it, or give one of the two another port')],
    },
  ];
}

/** What holds these ports as a rule. */
const OTHER_SERVERS: Readonly<Record<string, string>> = {
  '67': 'it is another DHCP server of this computer (of the NAS or router itself, dnsmasq of libvirt or lxd, a second container): stop one of the two, or bind each to an interface of its own (dnsmasq: interface=IF and bind-interfaces)',
  '69': 'it is another TFTP server of this computer (tftpd-hpa, atftpd, inetd, dnsmasq with enable-tftp): stop one of the two',
  '547': 'it is another DHCPv6 server of this computer: stop one of the two, or leave the IPv6 lines out',
};

function noInterface({ subject }: ServerProblem, server: string): Words {
  const name = subject ?? 'IF';
  return {
    title: `${server} listens on no interface${subject === undefined ? '' : ` ${subject}`}, and cannot answer there`,
    cause: `${server} opened no socket${subject === undefined ? '' : ` on ${subject}`}: the interface is not in its configuration, or had no address when it started.`,
    mends: [
      command('ip -brief address', 'see which interfaces have an address'),
      server === 'Kea'
        ? addTo('kea-dhcp4.conf', [`"interfaces-config": { "interfaces": [ "${name}" ] }`])
        : addTo('/etc/default/isc-dhcp-server', [`INTERFACESv4="${name}"`]),
      words(`then start ${server} again, after the interface has its address`),
    ],
  };
}

function noSubnet({ subject = 'the interface', evidence }: ServerProblem, server: string): Words {
  const own = /\((169\.254\.\d+\.\d+)\)/.exec(evidence.text)?.[1];
  if (own !== undefined)
    return {
      title: `${subject} has no address of the network that ${server} serves: ${own} is one that it gave itself`,
      cause: `A computer takes an address of 169.254.0.0/16 where neither somebody nor a DHCP server gives it one. ${server} answers only where the interface has an address in one of its subnets.`,
      mends: [
        words(
          `give ${subject} a fixed address in the subnet of the configuration, in the network settings of this computer: a DHCP server has none given`,
        ),
        command(`sudo ip address add ADDRESS/PREFIX dev ${subject}`, 'to try it'),
        words(`then start ${server} again`),
      ],
    };
  const isRelay = /^\d+(?:\.\d+){3}$/.test(subject);
  return {
    title: `${server} has no addresses for the network of ${subject}`,
    cause: isRelay
      ? `${server} answers only in networks that its configuration has a subnet with a range for. The packets come through the relay ${subject} (or from that address), and no subnet of it holds this address: the subnet is missing, or the configuration that has it was not loaded.`
      : `${server} answers only in networks that its configuration has a subnet with a range for, and ${subject} has no address in one of them.`,
    mends: [
      isRelay
        ? words(`see which network ${subject} is in, and whether the configuration that runs has it`)
        : command('ip -brief address', 'see which address and prefix it has'),
      server === 'Kea'
        ? addTo('kea-dhcp4.conf', [
            '"subnet4": [ { "id": 1, "subnet": "NETWORK/PREFIX", "pools": [ { "pool": "FIRST - LAST" } ] } ]',
          ])
        : addTo('dhcpd.conf', ['subnet NETWORK netmask NETMASK { range FIRST LAST; }']),
    ],
  };
}

/** Where Debian keeps the options of servers that have no configuration file. */
const OPTIONS_OF: Readonly<Record<string, string>> = {
  'tftpd-hpa': '/etc/default/tftpd-hpa',
  atftpd: '/etc/default/atftpd',
};

function unknownUser({ subject = '' }: ServerProblem, server: string): Words {
  const isOption = subject.startsWith('-');
  const user = server === 'dnsmasq' ? 'user=dnsmasq' : 'TFTP_USERNAME="tftp"';
  const file = OPTIONS_OF[server] ?? '/etc/dnsmasq.conf';
  return {
    title: isOption
      ? `${server} does not start: no user is named in its options`
      : `${server} does not start: this computer has no user ${subject}`,
    cause: isOption
      ? `Its option for the user (-u, --user) stands there without a name and takes the next option, ${subject}, for one.`
      : `It gives up the rights of root for those of ${subject} before it serves anybody.`,
    mends: [
      addTo(file, [user], `name the user in ${file}:`),
      ...(isOption ? [] : [command(`id ${subject}`, 'or see what it is called here')]),
      words('then start it again'),
    ],
  };
}

/** Where a mail program broke a line, a blank may be lost. */
function isMissing({ evidence }: ServerProblem): boolean {
  return /no ?such ?file|does not ?exist/i.test(evidence.text);
}

function missingFolder({ subject = 'that it serves' }: ServerProblem, server: string): Words {
  const file = OPTIONS_OF[server];
  return {
    title: `${server} does not start: there is no folder ${subject}`,
    cause: 'It looks for the folder that it is to serve when it starts, and ends without it.',
    mends: [
      command(`sudo mkdir -p ${subject}`, 'make it, and put the boot files into it'),
      words(
        file === undefined
          ? 'or name the folder that is there: tftp-root=/srv/tftp'
          : `or name the folder that is there in ${file}: TFTP_DIRECTORY="/srv/tftp"`,
      ),
      words('then start it again'),
    ],
  };
}

/** How each server tests its configuration. */
const TESTS: Readonly<Record<string, string>> = {
  'ISC dhcpd': 'sudo dhcpd -t -cf /etc/dhcp/dhcpd.conf',
  Kea: 'sudo kea-dhcp4 -t /etc/kea/kea-dhcp4.conf',
  'a web server': 'sudo nginx -t',
};

function refusedBy({ subject }: ServerProblem, server: string): Words {
  const test = TESTS[server];
  return {
    title: `${server} does not start: it refuses its configuration${subject === undefined ? '' : ` (${subject})`}`,
    cause: `${server} refuses the whole configuration for one line, and serves nobody until it is mended.`,
    mends: [
      ...(test === undefined ? [] : [command(test, 'it tells the line')]),
      words(
        OPTIONS_OF[server] === undefined
          ? 'mend that line, and start it again'
          : `mend its options in ${OPTIONS_OF[server]} (each that wants a value has one), and start it again`,
      ),
    ],
  };
}

function unreadable({ subject }: ServerProblem, server: string): Words {
  const file = subject ?? 'a file that it needs';
  return {
    title: `${server} does not start: it cannot open ${file}`,
    cause: `${server} ends when ${file} is not there, or is not for the user that it runs as.`,
    mends: [
      command(`ls -l ${file}`),
      words('make the file where it is missing, and give it to the user that the server runs as'),
    ],
  };
}

/** A server that leases addresses keeps doing so: its mend is a range, and no proxy. */
function rangeWords({ server }: Observations, { subject }: ServerProblem): Words {
  if (server.leases !== true || server.isProxy === true) return {};
  const interfaceName = subject ?? 'the interface';
  const range = server.range === undefined ? 'dhcp-range' : `dhcp-range (${server.range})`;
  return {
    title: `the DHCP range is not in the network of ${interfaceName}`,
    cause:
      `dnsmasq leases addresses on ${interfaceName} only from a range in a network that this interface has an address in. ${range} is in none: ` +
      'the interface has another address, or one with the prefix /32 (netmask 255.255.255.255), as containers and some clouds give it.',
    mends: [
      command(`ip -4 address show ${interfaceName}`, 'see which address and prefix it has'),
      addTo(
        'dnsmasq.conf',
        [
          server.range === undefined
            ? 'dhcp-range=FIRST,LAST,NETMASK,12h'
            : `dhcp-range=${server.range.replace(' - ', ',')},NETMASK,12h`,
        ],
        'give the interface an address in the network of the range, with its real prefix (/24), or name a range in its network:',
      ),
    ],
  };
}

/** dnsmasq names the line that it refuses: so does the mend. */
function refusedLine({ subject, words: text = '' }: ServerProblem): Words {
  const [, line, file] = /^(\d+)(?: of ([\w./-]+))?$/.exec(subject ?? '') ?? [];
  if (line === undefined) return {};
  const said = /^(?:dnsmasq: )?(.+?) at line \d+/.exec(text)?.[1] ?? 'it refuses a line';
  const mends: readonly Fix[] = mendsOfRefusal(
    said,
    file ?? '/etc/dnsmasq.conf',
    `line ${line} of ${file ?? 'the file'}`,
  );
  return {
    title: `dnsmasq does not start: ${said} at line ${line} of its configuration`,
    cause: 'dnsmasq refuses the whole configuration for one line, and serves nobody until it is mended.',
    mends,
  };
}
