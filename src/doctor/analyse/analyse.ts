import type { Finding } from '../../model/finding.ts';
import { sortFindings } from '../finding-catalogue.ts';
import type { Observations } from './observation.ts';
import type { PhaseContext, Rule } from './phase-context.ts';
import { judgeAnswer, judgeHttpBoot } from './rules/answer-rules.ts';

const RULES: readonly Rule[] = [judgeAnswer, judgeHttpBoot];

/** What is wrong in what was seen, worst first, each thing once per client. Pure. */
export function analyse(observations: Observations): readonly Finding[] {
  const findings: Finding[] = [];
  for (const client of observations.clients) {
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
  return sortFindings(mergeRepeats(findings));
}

/** The same finding of one client, once: a machine fails the same way each time it tries. */
function mergeRepeats(findings: readonly Finding[]): readonly Finding[] {
  const byKey = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.id}|${finding.client?.mac ?? ''}|${finding.severity}|${finding.title}`;
    if (!byKey.has(key)) byKey.set(key, finding);
  }
  return [...byKey.values()];
}
