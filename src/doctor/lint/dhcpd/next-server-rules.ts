import type { Finding } from '../../../model/finding.ts';
import { addTo } from '../../../model/fix.ts';
import { isStockIpxe } from '../../analyse/boot-files.ts';
import { lintFinding } from '../lint-finding.ts';
import type { DhcpdAnswer } from './dhcpd-answers.ts';

/** A boot file without a server: dhcpd writes 0.0.0.0 where next-server says nothing (dhcpd.conf(5)). */
export function missingNextServer(
  path: string,
  asked: readonly { readonly answers: readonly DhcpdAnswer[] }[],
): Finding[] {
  const alone = asked
    .flatMap(({ answers }) => answers)
    .find(({ file, nextServer }) => file !== undefined && !file.includes('://') && nextServer === undefined);
  if (!alone?.at) return [];
  return [
    lintFinding('wrong-server-address', [alone.at], [], {
      // UEFI asks the DHCP server then, and iPXE goes on over HTTP
      ...(isStockIpxe(alone.file ?? '') ? { severity: 'warning' as const } : {}),
      title: `${alone.file ?? ''} has no server: there is no next-server`,
      cause:
        'dhcpd then sends 0.0.0.0 as the next server. Some firmware asks the DHCP server for the file itself; pxelinux, GRUB and iPXE then ask 0.0.0.0 for everything else, and find no configuration.',
      mends: [
        addTo(path, ['next-server ADDRESS;'], 'beside the boot file, with the address of the TFTP server:'),
      ],
    }),
  ];
}
