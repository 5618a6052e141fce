import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { isEfiName, platformOfName } from '../../analyse/boot-files.ts';
import { leasedFileOf } from '../client-answers.ts';
import { lintFinding, type LintInput } from '../lint-finding.ts';

/** BIOS machines that a server which leases addresses gives an EFI program: a network may have none of them. */
export function efiForBios({ config }: LintInput): Finding[] {
  if (config.ranges.length === 0 || config.ranges.some(({ isProxy }) => isProxy)) return [];
  const given = leasedFileOf(config, { architecture: 0, isIpxe: false });
  // what is for 64-bit ARM is for boards alone, and is told as that
  if (given === undefined || !isEfiName(given.file) || platformOfName(given.file) === 'arm64') return [];
  return [
    lintFinding('loader-arch-mismatch', [given.at], [], {
      severity: 'info',
      title: `BIOS (arch 0): is given ${given.file}, which it cannot run`,
      cause:
        'BIOS firmware cannot run an EFI program. Where no BIOS machine boots from this server, nothing is to be done.',
      mends: [
        words(
          'give BIOS machines their own: dhcp-match=set:bios,option:client-arch,0 and dhcp-boot=tag:bios,undionly.kpxe (with tag:!ipxe where iPXE has a tag)',
        ),
      ],
    }),
  ];
}
