import type { Finding } from '../../model/finding.ts';
import { sortFindings } from '../finding-catalogue.ts';
import { isBoot } from './coverage.ts';
import type { Observations } from './observation.ts';
import type { PhaseContext, Rule } from './phase-context.ts';
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
  const findings: Finding[] = [...judgeServer(observations)];
  for (const client of observations.clients.filter(isBoot)) {
    client.phases.forEach((phase, index) => {
      const context: PhaseContext = {
        observations,
        client,
        phase,
        previous: client.phases[index - 1],
        next: client.phases[index + 1],
      };
      for (const rule of RULES) findings.push(...rule(context));
    });
  }
  return sortFindings(mergeRepeats(withoutConsequences(findings)));
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
    const key = `${finding.id}|${finding.client?.mac ?? ''}|${finding.severity}|${ONE_PER_FILE.has(finding.id) ? finding.title : ''}`;
    if (!byKey.has(key)) byKey.set(key, finding);
  }
  return [...byKey.values()];
}
