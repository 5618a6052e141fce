import type { Finding } from '../../../model/finding.ts';
import { addTo, words, type Fix } from '../../../model/fix.ts';
import type { TftpRead } from '../observation.ts';
import { clientFinding, type PhaseContext } from '../phase-context.ts';
import { printable } from './altered-names.ts';

/** What TFTP servers say with error 2, where it is not the rights of the file (tftpd-hpa: tftpd/tftpd.c, validate_access). */
const REASONS: readonly (readonly [said: RegExp, cause: string, mends: readonly Fix[]])[] = [
  [
    /only absolute file ?names/i,
    'tftpd-hpa was started without --secure (-s): it takes its folder only as a list of what is allowed, and wants names that begin with /.',
    [
      addTo(
        '/etc/default/tftpd-hpa',
        ['TFTP_OPTIONS="--secure"'],
        'with inetd: in.tftpd -s /srv/tftp; else in /etc/default/tftpd-hpa:',
      ),
      words('then start it again: names are looked for below TFTP_DIRECTORY'),
    ],
  ],
  [
    /forbidden directory|reverse path|path not allowed|outside/i,
    'The name leads out of the folders that the TFTP server serves.',
    [
      words(
        'name the file as it is called below the folder of the TFTP server, without that folder and without ".."',
      ),
      words('or start tftpd-hpa with --secure and the folder: then all names are below it'),
    ],
  ],
];

/** A file that the TFTP server refuses (error 2), by what it says of it. */
export function refusedFile(context: PhaseContext, path: string, read: TftpRead): Finding {
  const [, cause, mends] = REASONS.find(([said]) => said.test(read.message ?? '')) ?? [];
  return clientFinding(
    context,
    'tftp-access-denied',
    [read.evidence],
    cause === undefined || mends === undefined
      ? { title: `the TFTP server may not read ${printable(path)}` }
      : {
          title: `the TFTP server refuses ${printable(path)}: "${printable(read.message ?? '')}"`,
          cause,
          mends,
        },
  );
}
