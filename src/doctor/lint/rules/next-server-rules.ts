import type { Finding } from '../../../model/finding.ts';
import { parseIpv4 } from '../../../protocol/addresses.ts';
import { lintFinding, type LintInput } from '../lint-finding.ts';

/**
 * Options 66 and 67 without dhcp-boot. Firmware takes the server from the header of the answer (siaddr), where dnsmasq
 * 2.90 writes its own address whatever option 66 says. Where dnsmasq serves TFTP itself, that is the right one.
 */
export function lintNextServer({ config }: LintInput): Finding[] {
  const isProxy = config.ranges.some((range) => range.isProxy);
  const [file, ...others] = config.bootFileOptions;
  if (isProxy || !file || config.boots.length > 0 || config.services.length > 0 || config.hasTftp) return [];
  const [option] = config.serverOptions;
  const address = option?.file;
  if (!option || address === undefined || parseIpv4(address) === undefined) return [];
  const server = option.at;
  const isPlain = others.length === 0 && file.tags.length === 0 && option.tags.length === 0;
  const edits = isPlain
    ? [
        { at: server, lines: [`dhcp-boot=${file.file},${address},${address}`] },
        { at: file.at, lines: [] },
      ]
    : [];
  return [
    lintFinding('wrong-server-address', [server, file.at], edits, {
      severity: 'warning',
      title: `option 66 names ${address}, and firmware asks the DHCP server itself`,
      cause: `PXE firmware takes the server from the header of the answer (next-server, siaddr). dnsmasq writes its own address there; only dhcp-boot with an address changes that, options 66 and 67 do not. Unless ${address} is this dnsmasq's own address, the file is asked for in the wrong place.`,
    }),
  ];
}
