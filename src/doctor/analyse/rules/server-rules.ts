import type { Finding, FindingId } from '../../../model/finding.ts';
import { addTo, command } from '../../../model/fix.ts';
import { makeFinding } from '../../finding-catalogue.ts';
import { mendsOfRefusal } from '../../lint/dnsmasq-options.ts';
import { limitsOf } from '../coverage.ts';
import type { Observations, ServerProblem } from '../observation.ts';

/** What the server program says about itself, and what is missing altogether. */
export function judgeServer(observations: Observations): readonly Finding[] {
  const findings = observations.problems.flatMap((problem) => {
    const id = findingOfProblem(problem);
    if (id === undefined) return [];
    return [
      makeFinding(id, [problem.evidence], { ...rangeWords(observations, problem), ...refusedLine(problem) }),
    ];
  });
  const { dnsmasqVersion, versionEvidence } = observations.server;
  if (dnsmasqVersion !== undefined && isBrokenDnsmasq(dnsmasqVersion)) {
    findings.push(makeFinding('dnsmasq-version-broken', versionEvidence ? [versionEvidence] : []));
  }
  if (observations.clients.length === 0 && findings.length === 0) findings.push(...nothingSeen(observations));
  return findings;
}

/** dnsmasq 2.92 answers port 4011 requests at the broadcast address (mended in 2.93). */
export function isBrokenDnsmasq(version: string): boolean {
  return /^2\.92(?:$|[^\d])/.test(version);
}

/** A server that leases addresses keeps doing so: its mend is a range, and no proxy. */
function rangeWords({ server }: Observations, { problem, subject }: ServerProblem): Partial<Finding> {
  if (problem !== 'no-address-range' || server.leases !== true || server.isProxy === true) return {};
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
function refusedLine({ problem, subject, words = '' }: ServerProblem): Partial<Finding> {
  const [, line, file] = /^(\d+)(?: of ([\w./-]+))?$/.exec(subject ?? '') ?? [];
  if (problem !== 'bad-configuration' || line === undefined) return {};
  const said = /^(?:dnsmasq: )?(.+?) at line \d+/.exec(words)?.[1] ?? 'it refuses a line';
  return {
    title: `dnsmasq does not start: ${said} at line ${line} of its configuration`,
    cause: 'dnsmasq refuses the whole configuration for one line, and serves nobody until it is mended.',
    mends: mendsOfRefusal(said, file ?? '/etc/dnsmasq.conf', `line ${line} of ${file ?? 'the file'}`),
  };
}

function findingOfProblem({ problem, subject }: ServerProblem): FindingId | undefined {
  switch (problem) {
    case 'port-in-use':
      return /\b53$/.test(subject ?? '') ? 'dns-port-enabled' : 'port-in-use';
    case 'missing-capability':
    case 'cannot-drop-privileges':
      return 'privilege-missing';
    case 'unknown-interface':
    case 'interface-missing':
      return 'interface-missing';
    case 'interface-without-address':
      return 'interface-down';
    case 'no-address-range':
      return 'proxy-range-mismatch';
    case 'tftp-root-inaccessible':
      return 'tftp-access-denied';
    case 'bad-configuration':
      return 'config-unreadable';
    default:
      return undefined;
  }
}

function nothingSeen(observations: Observations): readonly Finding[] {
  const unit =
    observations.vantage === 'capture' ? 'packets' : observations.vantage === 'events' ? 'events' : 'lines';
  const isDnsmasq = observations.server.dnsmasqVersion !== undefined || observations.server.isProxy === true;
  // as proxy and without log-dhcp dnsmasq writes nothing of those that it does not answer
  const showsAll = observations.server.logsAnswers === true || observations.server.leases === true;
  if (isDnsmasq && observations.vantage === 'server-log' && showsAll) {
    return [
      makeFinding(
        'no-discover-seen',
        observations.server.versionEvidence ? [observations.server.versionEvidence] : [],
        {
          severity: 'warning',
          cause: `dnsmasq runs, and in ${observations.readCount} lines of its log no network boot client asks for anything.`,
        },
      ),
    ];
  }
  // that there is none may be said only of what was wholly understood
  if (limitsOf(observations).length > 0) return [];
  return [
    makeFinding('no-pxe-in-log', [], {
      cause: `Of ${observations.readCount} ${unit} none belongs to a network boot client.`,
    }),
  ];
}
