import { bootTracesOf } from './checks/boot-checks.ts';
import { fileChecks } from './checks/file-checks.ts';
import { installChecks } from './checks/install-checks.ts';
import { planChecks } from './checks/plan-checks.ts';
import { powerCheck } from './checks/power-check.ts';
import { hostChecks } from './checks/host-checks.ts';
import { networkCheck } from './checks/network-check.ts';
import { runCheck, type Check, type CheckResult } from './checks/check.ts';
import type { Subject } from './checks/host-facts.ts';
import { fillIn, type OwnNames } from './mend/fill-in.ts';
import type { ProbeResult } from './probe/judge-walks.ts';
import { probeNetwork } from './probe/probe.ts';
import { systemCodeOf } from '../model/errors.ts';
import type { ChosenSubject } from './choose-subject.ts';

export interface ChecksOptions {
  readonly probe: boolean;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Runs every check that is possible here, one after the other: none disturbs another. */
export async function runChecks(
  { subject, project }: ChosenSubject,
  options: ChecksOptions,
): Promise<{ readonly checks: readonly CheckResult[]; readonly probe: ProbeResult | undefined }> {
  let probe: ProbeResult | undefined;
  const checks: Check[] = [];
  if (subject) checks.push(...hostChecks(subject));
  if (project) {
    checks.push(
      ...fileChecks(project.config, project.layout),
      planChecks(project),
      bootTracesOf(project),
      installChecks(project),
      powerCheck(project, options.probe, options.signal),
    );
  }
  if (subject && project) checks.push(networkCheck(project, options.probe));
  if (subject && options.probe) {
    checks.push({
      id: 'probe',
      group: 'wire',
      title: 'the network, asked as every kind of client',
      covers: WIRE_FINDINGS,
      excludes: WIRE_FINDINGS.filter((id) => !ON_THE_WAY.includes(id)),
      look: async () => {
        try {
          probe = await probeNetwork({
            localAddress: subject.address,
            onProgress: options.onProgress,
            signal: options.signal,
          });
        } catch (error) {
          const code = systemCodeOf(error);
          if (code === 'EACCES' || code === 'EPERM')
            return { notChecked: 'port 68 needs root: sudo pxectl doctor --probe' };
          if (code === 'EADDRINUSE')
            return { notChecked: "this host's own DHCP client holds port 68: ask from another host" };
          throw error;
        }
        return { seen: `${probe.walks.length} kinds of client`, findings: probe.findings };
      },
    });
  }
  const results: CheckResult[] = [];
  for (const check of checks) {
    if (options.signal.aborted) break;
    options.onProgress(`looking at: ${check.title}`);
    const result = await runCheck(check);
    results.push({
      ...result,
      findings: result.findings.map((finding) => fillIn(finding, namesOf(subject))),
    });
  }
  return { checks: results, probe };
}

/** The steps name what was looked at; an interface that was only assumed is no name of the user's. */
function namesOf(subject: Subject | undefined): OwnNames {
  if (subject === undefined || (subject.assumed !== undefined && !subject.isServing)) return {};
  const { config, interfaceName, address, httpPort } = subject;
  const [image] = config?.images ?? [];
  return { interfaceName, address, httpPort, image };
}

/** Between a machine and the server may be what is not between the server and this host. */
const ON_THE_WAY: CheckResult['covers'] = ['tftp-blocked', 'http-blocked', 'port-4011-silent'];

/** What the probe can tell; without it these count as not checked. */
export const WIRE_FINDINGS: CheckResult['covers'] = [
  'no-boot-service-for-arch',
  'loader-arch-mismatch',
  'local-boot-menu-item',
  'menu-without-default',
  'no-dhcp-server',
  'no-boot-server',
  'second-pxe-server',
  'router-sends-boot-options',
  'port-4011-silent',
  'offer-without-boot-file',
  'wrong-server-address',
  'loader-missing',
  'tftp-access-denied',
  'tftp-blocked',
  'http-client-unanswered',
  'http-file-missing',
  'http-blocked',
];
