import type { Finding } from '../../model/finding.ts';
import { sortFindings } from '../finding-catalogue.ts';
import { isBoot } from './coverage.ts';
import type { ClientObservation, Observations } from './observation.ts';
import { fillIn, type OwnNames } from '../mend/fill-in.ts';
import { fitMends } from '../mend/fit-mends.ts';
import { isBootOffer, type PhaseContext, type Rule } from './phase-context.ts';
import { judgeAnswer, judgeHttpBoot, judgeNextServer } from './rules/answer-rules.ts';
import { judgeHttp } from './rules/http-rules.ts';
import { judgeLoader } from './rules/loader-rules.ts';
import { judgeNetwork } from './rules/network-rules.ts';
import { judgeRaspberryPi } from './rules/raspberry-pi-rules.ts';
import { judgeServer } from './rules/server-rules.ts';
import { judgeTransfers } from './rules/transfer-rules.ts';

/** In the order of a boot: of findings that are equally bad the one that comes first explains the others. */
const RULES: readonly Rule[] = [
  judgeAnswer,
  judgeNetwork,
  judgeHttpBoot,
  judgeNextServer,
  judgeTransfers,
  judgeLoader,
  judgeHttp,
  judgeRaspberryPi,
];

/** What is wrong in what was seen, worst first, each thing once per client. Pure. */
export function analyse(observations: Observations): readonly Finding[] {
  const findings: Finding[] = [...judgeServer(observations), ...(observations.settled?.findings ?? [])];
  for (const client of observations.clients.filter(isBoot))
    findings.push(...judgeClient(observations, client));
  const names = ownNames(observations);
  const setUp = {
    programs: observations.programs ?? [],
    isOurs: observations.server.tftpRoot?.includes('pxectl') === true,
  };
  const fit = (finding: Finding): Finding =>
    observations.vantage === 'server-log' ? fitMends(finding, setUp) : finding;
  return sortFindings(mergeRepeats(withoutConsequences(findings))).map((finding) =>
    fillIn(fit(finding), names),
  );
}

/** What was seen of the user's own server, for the steps to name. */
function ownNames({ server, clients }: Observations): OwnNames {
  const booting = clients.flatMap(({ phases }) =>
    phases.flatMap(({ replies }) => replies.filter(isBootOffer).flatMap((reply) => reply.server ?? [])),
  );
  const servers = new Set(booting);
  const [only] = servers;
  return {
    interfaceName: server.interfaceName,
    tftpRoot: server.tftpRoot?.replace(/\/$/, ''),
    // of several boot servers none is known to be the user's
    address: server.address ?? (servers.size === 1 ? only : undefined),
  };
}

/** What is wrong in one client's phases before `end`, those apart that were judged before. */
export function judgeClient(
  observations: Observations,
  client: ClientObservation,
  end = client.phases.length,
): readonly Finding[] {
  return client.phases.slice(0, end).flatMap((phase, index) => {
    if (index < (client.judgedCount ?? 0)) return [];
    const context: PhaseContext = {
      observations,
      client,
      phase,
      previous: client.phases[index - 1],
      next: client.phases[index + 1],
    };
    return RULES.flatMap((rule) => rule(context));
  });
}

/** What follows from a finding of the same client is not said again under another name. */
const EXPLAINED_BY: Readonly<Record<string, readonly string[]>> = {
  'loader-arch-mismatch': ['no-boot-service-for-arch'],
  'unsigned-loader-under-secure-boot': ['no-boot-service-for-arch', 'loader-arch-mismatch'],
  'menu-without-default': ['no-boot-service-for-arch'],
};

function withoutConsequences(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((finding) => {
    const causes = EXPLAINED_BY[finding.id] ?? [];
    return !findings.some((other) => causes.includes(other.id) && other.client?.mac === finding.client?.mac);
  });
}

/** Findings of which there may be several for one client: each is about another file. */
const ONE_PER_FILE: ReadonlySet<string> = new Set([
  'loader-missing',
  'second-stage-missing',
  'http-file-missing',
  'tftp-access-denied',
]);

/** The same finding of one client, once: a machine fails the same way each time it tries. */
function mergeRepeats(findings: readonly Finding[]): readonly Finding[] {
  const byKey = new Map<string, Finding>();
  for (const finding of findings) {
    const key = keyOfFinding(finding);
    if (!byKey.has(key)) byKey.set(key, finding);
  }
  return [...byKey.values()];
}

/** Findings with the same key say the same of the same client. */
export function keyOfFinding({ id, client, severity, title }: Finding): string {
  return `${id}|${client?.mac ?? ''}|${severity}|${ONE_PER_FILE.has(id) ? title : ''}`;
}
