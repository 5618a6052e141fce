import type { Finding } from '../../../model/finding.ts';
import { lintFinding, type LintInput } from '../lint-finding.ts';
import type { PxeConfig } from '../pxe-config.ts';

/** DNS, ranges and the delay of answers. */
export function lintServer({ config, isWhole }: LintInput): Finding[] {
  const findings: Finding[] = [];
  const [range] = config.ranges;
  const isPxe =
    config.services.length + config.boots.length + config.prompts.length + config.bootFileOptions.length > 0;
  if (!isPxe && config.ranges.every((candidate) => !candidate.isProxy)) {
    const ofIpv6 = config.files.lines.find(
      ({ key, value }) => /^dhcp-option/.test(key) && /(?:^|,)option6:(?:59|60|bootfile-\w+)\b/.test(value),
    );
    if (ofIpv6) return [lintFinding('ipv6-boot-not-judged', [ofIpv6], [])];
    if (!isWhole) return [];
    return [
      lintFinding('no-pxe-in-log', [], [], {
        title: 'there is no network boot in this configuration',
        cause: 'It has no pxe-service, no dhcp-boot and no dhcp-range with proxy.',
        mends: [],
      }),
    ];
  }
  const port = config.line('port');
  const isProxy = config.ranges.some((candidate) => candidate.isProxy);
  if (isProxy && isWhole && port?.value !== '0' && !isDnsServer(config)) {
    const at = port ?? range?.at;
    if (at) {
      findings.push(
        lintFinding('dns-port-enabled', [at], [{ at, lines: port ? ['port=0'] : ['port=0', at.raw] }]),
      );
    }
  }
  for (const candidate of config.ranges) {
    if (!candidate.isProxy && candidate.tags.length === 0 && candidate.start !== undefined && isProxy) {
      findings.push(lintFinding('dhcp-range-not-proxy', [candidate.at], []));
    }
  }
  const delay = config.line('dhcp-reply-delay');
  const seconds = Number(delay?.value.split(',').pop());
  if (delay && seconds >= 2 && config.ipxeTags.length > 0) {
    findings.push(
      // Raspberry Pis need a second; iPXE waits two
      lintFinding('proxy-offer-late', [delay], [{ at: delay, lines: ['dhcp-reply-delay=1'] }]),
    );
  }
  return findings;
}

/** Options that somebody writes who wants dnsmasq to answer DNS: it is then no oversight that port 53 is open. */
function isDnsServer(config: PxeConfig): boolean {
  return [
    'server',
    'address',
    'cache-size',
    'local',
    'domain',
    'expand-hosts',
    'resolv-file',
    'no-resolv',
    'addn-hosts',
    'host-record',
    'cname',
  ].some((key) => config.line(key) !== undefined);
}
