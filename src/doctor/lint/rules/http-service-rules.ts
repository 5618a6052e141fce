import type { Finding } from '../../../model/finding.ts';
import { addTo } from '../../../model/fix.ts';
import { lintFinding } from '../lint-finding.ts';
import type { PxeConfig } from '../pxe-config.ts';

/** HTTP Boot is answered through dhcp-boot; a pxe-service line empties the boot file of its offer. */
export function httpServices(config: PxeConfig): Finding[] {
  const findings = config.services
    .filter(
      (service) =>
        service.architecture !== undefined && service.architecture >= 15 && service.architecture <= 20,
    )
    .map((service) =>
      lintFinding('http-client-unanswered', [service.at], [{ at: service.at, lines: [] }], {
        title: 'pxe-service does not work for HTTP Boot clients',
        cause:
          'For architectures 15 to 20 it leaves the boot file of the offer empty, and the firmware drops the offer.',
        mends: [
          addTo(service.at.file, [
            'dhcp-pxe-vendor=PXEClient,HTTPClient',
            `dhcp-match=set:http,option:client-arch,${service.architecture ?? 16}`,
            'dhcp-boot=tag:http,http://ADDRESS:8080/FILE.efi,,ADDRESS',
          ]),
        ],
      }),
    );
  const vendorLine = config.line('dhcp-pxe-vendor');
  const answersHttp = config.vendors.some((vendor) => vendor.startsWith('HTTPClient'));
  const wantsHttp = [...config.architectureTags].find(([, codes]) =>
    codes.some((code) => code >= 15 && code <= 20),
  );
  const boot = wantsHttp && config.boots.find((candidate) => candidate.tags.includes(wantsHttp[0]));
  if (boot && !answersHttp && config.ranges.some((range) => range.isProxy)) {
    findings.push(
      lintFinding(
        'http-client-unanswered',
        [boot.at, ...(vendorLine ? [vendorLine] : [])],
        [{ at: boot.at, lines: [boot.at.raw, 'dhcp-pxe-vendor=PXEClient,HTTPClient'] }],
        {
          cause:
            'dnsmasq as proxy answers only the class PXEClient: this line is never used without dhcp-pxe-vendor (dnsmasq 2.83 and later).',
        },
      ),
    );
  }
  if (vendorLine && config.vendors.length > 0 && !config.vendors.some((vendor) => vendor === 'PXEClient')) {
    findings.push(
      lintFinding(
        'proxy-without-pxe-service',
        [vendorLine],
        [{ at: vendorLine, lines: [`dhcp-pxe-vendor=PXEClient,${config.vendors.join(',')}`] }],
        {
          title: 'dhcp-pxe-vendor leaves PXEClient out: no PXE client is answered',
          cause: 'The list replaces the default, which is PXEClient.',
        },
      ),
    );
  }
  return findings;
}
