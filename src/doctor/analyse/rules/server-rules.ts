import type { Finding } from '../../../model/finding.ts';
import { makeFinding } from '../../finding-catalogue.ts';
import { hadTimeToShow, isBoot, limitsOf } from '../coverage.ts';
import type { Observations, ServerProblem } from '../observation.ts';
import { findingOfProblem } from './problem-rules.ts';

/** What the server program says about itself, and what is missing altogether. */
export function judgeServer(observations: Observations): readonly Finding[] {
  const { problems } = observations;
  const findings = problems
    .filter((problem) => !isConsequence(problem, problems))
    .flatMap((problem) => findingOfProblem(observations, problem));
  const { dnsmasqVersion, versionEvidence } = observations.server;
  if (dnsmasqVersion !== undefined && isBrokenDnsmasq(dnsmasqVersion)) {
    findings.push(makeFinding('dnsmasq-version-broken', versionEvidence ? [versionEvidence] : []));
  }
  // who fetches other files over TFTP is a client too, and boots nothing
  const isSilent = !observations.settled && !observations.clients.some(isBoot);
  if (isSilent && findings.length === 0) findings.push(...nothingSeen(observations));
  return findings;
}

/** A server without addresses for any interface opens none: that it says so too is no second fault. */
function isConsequence({ problem, subject, server }: ServerProblem, all: readonly ServerProblem[]): boolean {
  return (
    problem === 'no-interface' &&
    subject === undefined &&
    all.some((other) => other.problem === 'no-address-range' && other.server === server)
  );
}

/** dnsmasq 2.92 answers port 4011 requests at the broadcast address (mended in 2.93). */
export function isBrokenDnsmasq(version: string): boolean {
  return /^2\.92(?:$|[^\d])/.test(version);
}

function nothingSeen(observations: Observations): readonly Finding[] {
  const unit =
    observations.vantage === 'capture' ? 'packets' : observations.vantage === 'events' ? 'events' : 'lines';
  const isDnsmasq = observations.server.dnsmasqVersion !== undefined || observations.server.isProxy === true;
  // as proxy and without log-dhcp dnsmasq writes nothing of those that it does not answer
  const showsAll = observations.server.logsAnswers === true || observations.server.leases === true;
  const isWatched = observations.clients.length === 0 && hadTimeToShow(observations);
  if (isDnsmasq && observations.vantage === 'server-log' && showsAll && isWatched) {
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
