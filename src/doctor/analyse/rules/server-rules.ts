import type { Finding, FindingId } from '../../../model/finding.ts';
import { makeFinding } from '../../finding-catalogue.ts';
import type { Observations, ServerProblem } from '../observation.ts';

/** What the server program says about itself, and what is missing altogether. */
export function judgeServer(observations: Observations): readonly Finding[] {
  const findings = observations.problems.flatMap((problem) => {
    const id = findingOfProblem(problem);
    return id === undefined ? [] : [makeFinding(id, [problem.evidence])];
  });
  const { dnsmasqVersion, versionEvidence } = observations.server;
  if (dnsmasqVersion !== undefined && isBrokenDnsmasq(dnsmasqVersion)) {
    findings.push(makeFinding('dnsmasq-version-broken', versionEvidence ? [versionEvidence] : []));
  }
  if (observations.clients.length === 0 && findings.length === 0) findings.push(nothingSeen(observations));
  return findings;
}

/** dnsmasq 2.92 answers port 4011 requests at the broadcast address (mended in 2.93). */
export function isBrokenDnsmasq(version: string): boolean {
  return /^2\.92(?:$|[^\d])/.test(version);
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

function nothingSeen(observations: Observations): Finding {
  const unit =
    observations.vantage === 'capture' ? 'packets' : observations.vantage === 'events' ? 'events' : 'lines';
  const isDnsmasq = observations.server.dnsmasqVersion !== undefined || observations.server.isProxy === true;
  if ((observations.server.unidentifiedDhcpCount ?? 0) > 0) {
    return makeFinding('no-pxe-in-log', [], {
      cause:
        'dnsmasq answers DHCP here, and its log does not tell which clients boot from the network: log-dhcp is not set.',
      fix: ['log-dhcp', 'start dnsmasq and the machine again, and give doctor the new log'],
    });
  }
  if (isDnsmasq && observations.vantage === 'server-log') {
    return makeFinding(
      'no-discover-seen',
      observations.server.versionEvidence ? [observations.server.versionEvidence] : [],
      {
        severity: 'warning',
        cause: `dnsmasq runs, and in ${observations.readCount} lines of its log no network boot client asks for anything.`,
      },
    );
  }
  return makeFinding('no-pxe-in-log', [], {
    cause: `Of ${observations.readCount} ${unit} none belongs to a network boot client.`,
  });
}
