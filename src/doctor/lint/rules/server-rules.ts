import { lintFinding, type LintFinding, type LintInput } from '../lint-finding.ts';

/** DNS, ranges and the delay of answers. */
export function lintServer({ config }: LintInput): LintFinding[] {
  const findings: LintFinding[] = [];
  const [range] = config.ranges;
  const isPxe = config.services.length > 0 || config.boots.length > 0 || config.prompts.length > 0;
  if (!isPxe && config.ranges.every((candidate) => !candidate.isProxy)) {
    return [
      lintFinding('no-pxe-in-log', [], [], {
        title: 'there is no network boot in this configuration',
        cause: 'It has no pxe-service, no dhcp-boot and no dhcp-range with proxy.',
        fix: [],
      }),
    ];
  }
  const port = config.line('port');
  const isProxy = config.ranges.some((candidate) => candidate.isProxy);
  if (isProxy && port?.value !== '0') {
    const at = port ?? range?.at;
    if (at) {
      findings.push(
        lintFinding('dns-port-enabled', [at], [{ at, lines: port ? ['port=0'] : ['port=0', at.raw] }], {
          fix: ['port=0'],
        }),
      );
    }
  }
  if (!range) {
    const at = config.services[0]?.at ?? config.boots[0]?.at;
    if (at) {
      findings.push(
        lintFinding('proxy-range-mismatch', [at], [], {
          title: 'no dhcp-range: dnsmasq answers no DHCP at all',
          cause: 'Without dhcp-range dnsmasq does not listen for DHCP.',
          fix: ['dhcp-range=192.168.1.0,proxy,255.255.255.0', 'with the network of your own interface'],
        }),
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
      lintFinding('proxy-offer-late', [delay], [{ at: delay, lines: [] }], {
        fix: ['take the line out, or set it to 1'],
      }),
    );
  }
  return findings;
}
