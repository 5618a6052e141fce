import type { Finding } from '../../../model/finding.ts';
import { baseName } from '../../../model/file-name.ts';
import type { Phase, TftpRead } from '../observation.ts';
import { clientFinding, offersOf, type PhaseContext } from '../phase-context.ts';

/**
 * What a Raspberry Pi cannot do without, one of each kind. All else that it asks for (bootsig.bin, recovery.elf, overlays,
 * other models' kernels) it does without, and it looks in a folder of its serial number first.
 */
const NEEDED: readonly RegExp[] = [
  /^bootcode\.bin$/i,
  /^start\w*\.elf$/i,
  /^(?:kernel\S*\.img|kernel_\S+|Image(?:\.gz)?)$/,
];
const REPEATS = 3;

/** A Raspberry Pi's boot ROM: no rule of other firmware holds for it. */
export function judgeRaspberryPi(context: PhaseContext): readonly Finding[] {
  const { phase, observations } = context;
  if (phase.firmware !== 'raspberry-pi') return [];
  if (phase.tftp.length > 0) return NEEDED.flatMap((pattern) => missing(context, pattern));
  const asks = phase.requests.filter((request) => request.type === 'discover');
  const offers = offersOf(phase);
  if (asks.length < REPEATS || offers.length < REPEATS || phase.http.length > 0) return [];
  if (observations.vantage === 'probe') return [];
  return [
    clientFinding(
      context,
      'raspberry-pi-not-started',
      [...asks.slice(0, 1), ...offers.slice(0, 1), ...asks.slice(-1)].map((seen) => seen.evidence),
    ),
  ];
}

function missing(context: PhaseContext, pattern: RegExp): readonly Finding[] {
  const reads = context.phase.tftp.filter(
    (read) => pattern.test(baseName(read.path)) && !isFirstLook(context.phase, read),
  );
  const last = reads.at(-1);
  if (!last || reads.some((read) => read.outcome !== 'missing') || wentOnAfter(context.phase, last))
    return [];
  return [
    clientFinding(context, 'loader-missing', [last.evidence], {
      title: `${baseName(last.path)} is not on the TFTP server`,
      cause: `A Raspberry Pi asked for ${last.path}, which it cannot start without, and the TFTP server does not have it under this name.`,
    }),
  ];
}

/** It asks for the next kind of file only when it has this one, or does without. */
function wentOnAfter({ tftp }: Phase, last: TftpRead): boolean {
  return tftp.slice(tftp.indexOf(last) + 1).some((read) => read.outcome === 'done');
}

/** It looks in a folder of its serial number first: that nothing of it is there is normal. */
function isFirstLook({ tftp }: Phase, { path }: TftpRead): boolean {
  const folder = /^(?:.*\/)?[0-9a-fx*]{8}\//i.exec(path)?.[0];
  return (
    folder !== undefined && !tftp.some((read) => read.outcome === 'done' && read.path.startsWith(folder))
  );
}
