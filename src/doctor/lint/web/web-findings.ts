import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import type { BlockStatement } from '../block-syntax.ts';
import { lintFinding, type Edit } from '../lint-finding.ts';

/** What nginx and Apache do alike, each in its own words. */
export type At = Pick<BlockStatement, 'file' | 'line' | 'raw'>;

/** Of `/boot/` the last slash is replaced too, and `/srv/files` has none to put in its place. */
export function slashMissing(at: At, path: string, folder: string, edit: Edit): Finding {
  return lintFinding('http-file-missing', [at], [edit], {
    title: `${path}FILE is looked for as ${folder}FILE: no file is found`,
    cause: `What stands before the file's name (${path}) is replaced by ${folder}, which does not end with a slash as it does: the name is joined to that of the folder.`,
  });
}

/** `isAll`: nothing is served besides */
export function sentToHttps(at: At, isAll: boolean): Finding {
  return lintFinding('http-needs-tls', [at], [], {
    ...(isAll ? {} : { severity: 'info' as const }),
    title: `${isAll ? 'every' : 'a'} request is sent on to https`,
  });
}

export function onlyTls(at: At): Finding {
  return lintFinding('http-needs-tls', [at], [], {
    title: 'there is no server for http: all of them speak TLS',
  });
}

export function refusesAll(at: At, what: string, allow: string): Finding {
  return lintFinding('http-refused', [at], [], {
    title: `${what} is refused to every machine (403)`,
    mends: [words(`let the network of the machines in: ${allow}`)],
  });
}

export function wantsPassword(at: At): Finding {
  return lintFinding('http-refused', [at], [], {
    severity: 'warning',
    title: 'files are given for a password only (401)',
    cause:
      'Firmware, GRUB and Linux installers send none; iPXE sends one that stands in the URL (http://USER:PASSWORD@…).',
    mends: [
      words(
        'serve what boots without a password, in a location of its own: boot files hold no secrets, seeds do',
      ),
    ],
  });
}

/** `methods`: those that are let through */
export function refusesHead(at: At): Finding {
  return lintFinding('http-refused', [at], [], {
    severity: 'warning',
    title: 'HEAD is refused (405)',
    cause:
      'UEFI HTTP Boot asks for the size of a file with HEAD before it reads it, and gives up when that is refused.',
    mends: [words('let HEAD through beside GET')],
  });
}

const GIBIBYTE = 1024 ** 3;
/** An installer's image of a gigabyte is a quarter of an hour then: installers give up, and people do. */
const SLOW_BYTES_PER_SECOND = 1024 ** 2;

export function slowRate(at: At, bytesPerSecond: number): Finding[] {
  if (bytesPerSecond <= 0 || bytesPerSecond >= SLOW_BYTES_PER_SECOND) return [];
  const minutes = Math.round(GIBIBYTE / bytesPerSecond / 60);
  return [
    lintFinding('http-slow', [at], [], {
      title: `an image of 1 GiB takes ${minutes} minutes at this rate`,
    }),
  ];
}
