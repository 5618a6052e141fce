import type { Finding } from '../../../model/finding.ts';
import { baseName, hasBytesBehind, isOptionalFile } from '../../../model/file-name.ts';
import { isGrubName, isLoaderName, isSecondStageName, isShimName } from '../boot-files.ts';
import { bootFileOf, phaseName, type TftpRead } from '../observation.ts';
import { bootAnswerOf, clientFinding, leaseOf, silenceMsAfter, type PhaseContext } from '../phase-context.ts';
import { untilMissed, WAITING_TIMES } from '../waiting-times.ts';
import { alteredName, isAltered, printable } from './altered-names.ts';
import { refusedFile } from './refused-files.ts';

/** What became of the files that the client asked TFTP for. */
export function judgeTransfers(context: PhaseContext): readonly Finding[] {
  const byPath = new Map<string, TftpRead[]>();
  for (const read of context.phase.tftp) {
    const reads = byPath.get(read.path);
    if (reads) reads.push(read);
    else byPath.set(read.path, [read]);
  }
  const findings = [...byPath].flatMap(([path, reads]) => judgePath(context, path, reads));
  const anonymous = context.phase.tftp.filter((read) => read.path === '');
  return [...findings, ...judgeConfigs(context), ...judgeProbes(context, anonymous)];
}

function judgePath(context: PhaseContext, path: string, reads: readonly TftpRead[]): readonly Finding[] {
  const last = reads.at(-1);
  if (!last || path === '' || reads.some((read) => read.outcome === 'done')) return [];
  if (hasBytesBehind(path)) return [alteredName(context, path, last)];
  switch (last.outcome) {
    case 'missing':
      // a Raspberry Pi asks for many files that it does without: its own rules know which
      if (isOptionalFile(path) || context.phase.firmware === 'raspberry-pi') return [];
      if (reads.some((read) => didWithout(context, read))) return [];
      return [missingFile(context, path, last)];
    case 'denied':
      return [refusedFile(context, path, last)];
    case 'no-answer':
    case 'answer-lost':
    case 'stalled':
      // what came afterwards shows that it went on: packets are missing in the recording only
      if (succeededAfter(context, last)) return [];
      return isOptionalFile(path) && !isElsewhere(context, last) ? [] : blockedTransfer(context, path, reads);
    case 'size-probe':
      return blockedAfterProbe(context, path, reads);
    case 'cancelled':
      return [clientFinding(context, 'boot-cancelled-by-key', [last.evidence])];
    case 'server-error':
      return [
        clientFinding(context, 'tftp-access-denied', [last.evidence], {
          title: `the TFTP server refuses ${printable(path)}`,
          cause: `Its answer: ${last.message ?? 'an error without words'}.`,
        }),
      ];
    case 'done':
    case 'under-way':
      return [];
  }
}

/** What came afterwards proves it: a file that arrived, or a request for another one, which only what was loaded asks for. */
function succeededAfter({ phase, next }: PhaseContext, read: TftpRead): boolean {
  const later = phase.tftp.slice(phase.tftp.indexOf(read) + 1);
  const goesOn = (other: TftpRead): boolean =>
    other.outcome === 'done' ||
    (read.outcome !== 'answer-lost' &&
      baseName(other.path) !== baseName(read.path) &&
      !isAlternative(read, other));
  return (
    later.some(goesOn) ||
    next?.firmware === 'system' ||
    (next?.firmware === 'ipxe' && phase.firmware !== 'ipxe') ||
    phase.http.some((other) => (other.timeMs ?? 0) > (read.timeMs ?? Number.POSITIVE_INFINITY))
  );
}

/** A script that iPXE tried and did without (of this machine, of this site): it went on to a file that it had not asked for. */
function didWithout({ phase }: PhaseContext, read: TftpRead): boolean {
  if (!/\.ipxe$/i.test(read.path)) return false;
  const at = phase.tftp.indexOf(read);
  // what a restarted machine asks for once more proves nothing
  const before = new Set(phase.tftp.slice(0, at + 1).map(({ path }) => path));
  return phase.tftp.slice(at + 1).some(({ path }) => path !== '' && !before.has(path) && !isLoaderName(path));
}

/** Names that one loader tries in turn when the one before does not come: its configurations, its modules. */
function isAlternative(read: TftpRead, other: TftpRead): boolean {
  const isConfig = (path: string): boolean => /pxelinux\.cfg\/|grub\.cfg|\.ipxe$/.test(path);
  return isConfig(read.path) && isConfig(other.path);
}

function missingFile(context: PhaseContext, path: string, read: TftpRead): Finding {
  const { phase } = context;
  const answer = bootAnswerOf(phase);
  const told = answer === undefined ? undefined : bootFileOf(answer);
  const evidence = [...(answer && told !== undefined ? [answer.evidence] : []), read.evidence];
  if (isAltered(path, told)) return alteredName(context, path, read);
  if (isElsewhere(context, read) && isFromLease(context, read)) return fromRouter(context, path, read);
  if (isNamedByNobody(context)) {
    return clientFinding(context, 'file-name-altered', evidence, {
      title: `${printable(path)} is "not found": it is not there, or was asked for with a byte behind it that the log leaves out`,
      cause:
        `No answer of this server names ${path}: the client has the name from another DHCP server (option 67 of the router). Old BIOS ROMs read that name one byte ` +
        'too far, and ask for it with the end mark 255 behind it. dnsmasq leaves such bytes out of its log, so that the file seems to be missing although it is there.',
    });
  }
  if (
    isSecondStageName(path) &&
    !(told !== undefined && sameFile(told, path)) &&
    !isFirstFile(context, path)
  ) {
    return clientFinding(context, 'second-stage-missing', evidence, {
      title: `${baseName(path)} is not on the TFTP server`,
      cause: `The loader runs and asks for ${path}, which is not there.`,
    });
  }
  return clientFinding(context, 'loader-missing', evidence, {
    title: `${printable(path)} is not on the TFTP server`,
    cause: `${phaseName(phase)} was told to load ${path}, and the TFTP server does not have it under this name.`,
  });
}

function blockedTransfer(
  context: PhaseContext,
  path: string,
  reads: readonly TftpRead[],
): readonly Finding[] {
  const { phase } = context;
  const last = reads.at(-1);
  if (!last) return [];
  const evidence = [...reads.slice(0, 1), ...reads.slice(-1)].map((read) => read.evidence);
  const refused = phase.refused.find((seen) => seen.port === 69 && seen.server === last.server);
  if (isElsewhere(context, last)) {
    if (isFromLease(context, last) && isAfterLoader(context)) return [fromRouter(context, path, last)];
    const answer = bootAnswerOf(phase);
    return [
      clientFinding(
        context,
        'wrong-server-address',
        [...(answer ? [answer.evidence] : []), ...evidence, ...(refused ? [refused.evidence] : [])],
        {
          title: `the client is sent to ${last.server ?? 'another host'}, where no TFTP server answers`,
          cause: `The answer of ${answer?.server ?? 'the boot server'} names the next server ${last.server ?? '?'}, and ${path} is asked for there without an answer.`,
        },
      ),
    ];
  }
  if (refused) {
    return [
      clientFinding(context, 'tftp-not-served', [...evidence, refused.evidence], {
        title: `nothing listens on UDP port 69 of ${last.server ?? 'the boot server'}`,
      }),
    ];
  }
  const cause = {
    'no-answer': `${phaseName(phase)} asked for ${path} and no packet came back.`,
    'answer-lost': `The server answered the request for ${path}, and the client never acknowledged: its answers do not arrive. TFTP answers from a new port, which a firewall or address translation drops.`,
    stalled: `The transfer of ${path} began and broke off${last.sentBytes === undefined ? '' : ` after ${last.sentBytes} bytes`}.`,
  }[last.outcome === 'no-answer' || last.outcome === 'answer-lost' ? last.outcome : 'stalled'];
  return [clientFinding(context, 'tftp-blocked', evidence, { cause })];
}

/** The size was told, and then nothing was read: data does not arrive. */
function blockedAfterProbe(
  context: PhaseContext,
  path: string,
  reads: readonly TftpRead[],
): readonly Finding[] {
  const { phase, next } = context;
  const wentElsewhere =
    next !== undefined || phase.http.length > 0 || phase.tftp.some((read) => read.outcome === 'done');
  // one probe of a log without times: nobody knows whether the log goes on long enough
  const isTimeless = reads.length === 1 && reads[0]?.timeMs === undefined;
  if (wentElsewhere || !isLoaderName(path) || isTimeless || isRecent(context, reads.at(-1))) return [];
  return [
    clientFinding(
      context,
      'tftp-blocked',
      reads.map((read) => read.evidence),
      {
        title: `the client learns the size of ${printable(path)} and never reads it`,
        cause: `The answer with the size arrived, and no read of ${path} came to its end: larger packets do not arrive, or the client has no memory for it.`,
      },
    ),
  ];
}

const PXELINUX_CONFIG = /(?:^|\/)pxelinux\.cfg\/[^/]+$/;
const GRUB_CONFIG = /(?:^|\/)grub\.cfg(?:-[0-9A-Fa-f:-]+)?$/;

/** A loader that finds none of the names that its configuration may have. */
function judgeConfigs(context: PhaseContext): readonly Finding[] {
  const { tftp } = context.phase;
  const pxelinux = tftp.filter(({ path }) => path.includes('.cfg/') && PXELINUX_CONFIG.test(path));
  const grub = tftp.filter(({ path }) => path.includes('grub.cfg') && GRUB_CONFIG.test(path));
  const findings: Finding[] = [];
  for (const [reads, name] of [
    [pxelinux, 'pxelinux.cfg/default'],
    [grub, 'grub/grub.cfg'],
  ] as const) {
    const last = reads.at(-1);
    const isAsked = reads.some((read) => /(?:default|grub\.cfg)$/.test(read.path));
    if (!last || !isAsked || reads.some((read) => read.outcome !== 'missing')) continue;
    findings.push(
      clientFinding(
        context,
        'loader-config-missing',
        [reads[0] ?? last, last].map((read) => read.evidence),
        {
          title: `the loader finds no configuration: ${name} is not on the TFTP server`,
        },
      ),
    );
  }
  // grub.cfg is no optional file, and was judged as one already
  return findings;
}

/** dnsmasq logs the size probe without the file's name in old versions: say that it is normal. */
function judgeProbes(context: PhaseContext, anonymous: readonly TftpRead[]): readonly Finding[] {
  if (context.observations.vantage !== 'server-log') return [];
  const probes = [...context.phase.tftp, ...anonymous].filter((read) => read.outcome === 'size-probe');
  const hasRead = context.phase.tftp.some((read) => read.outcome === 'done');
  const [first] = probes;
  return first && hasRead ? [clientFinding(context, 'tftp-size-probe', [first.evidence])] : [];
}

function fromRouter(context: PhaseContext, path: string, read: TftpRead): Finding {
  const lease = leaseOf(context.phase);
  return clientFinding(
    context,
    'second-stage-from-router',
    [...(lease ? [lease.evidence] : []), read.evidence],
    {
      title: `${isShimBefore(context) ? 'shim' : isGrubBefore(context) ? 'GRUB' : 'the loader'} asks ${read.server ?? 'the router'} for its files`,
      cause: `The loader came from the boot server. For ${path} it asks ${read.server ?? 'the router'}, the next server that the router's lease names, which has no such file.`,
    },
  );
}

/** Whether the request goes to another host than the one that the boot answer names itself. */
function isElsewhere({ phase, observations }: PhaseContext, read: TftpRead): boolean {
  const bootServer = bootAnswerOf(phase)?.server ?? observations.server.address;
  return read.server !== undefined && bootServer !== undefined && read.server !== bootServer;
}

function isFromLease({ phase }: PhaseContext, read: TftpRead): boolean {
  const lease = leaseOf(phase);
  return lease?.nextServer === read.server || lease?.server === read.server;
}

function isAfterLoader({ phase }: PhaseContext): boolean {
  return phase.tftp.some((read) => read.outcome === 'done') || phase.http.length > 0;
}

function isGrubBefore({ phase }: PhaseContext): boolean {
  return phase.tftp.some((read) => read.outcome === 'done' && isGrubName(read.path));
}

function isShimBefore({ phase }: PhaseContext): boolean {
  const done = phase.tftp.filter((read) => read.outcome === 'done');
  return done.some((read) => isShimName(read.path)) && !done.some((read) => isGrubName(read.path));
}

/** dnsmasq logged each packet with its answer, and the file that a BIOS asks for is in none of them. */
function isNamedByNobody({ phase, observations }: PhaseContext): boolean {
  if (observations.vantage !== 'server-log' || phase.firmware !== 'bios') return false;
  const isWhole = observations.server.logsAnswers === true && phase.requests.every((seen) => !seen.isCut);
  const answers = phase.replies.filter((reply) => reply.type !== 'nak');
  const isFirst = !phase.tftp.some((read) => read.outcome === 'done');
  return (
    isWhole && isFirst && answers.length > 0 && answers.every((reply) => bootFileOf(reply) === undefined)
  );
}

/** GRUB may be the loader itself: when nothing was loaded before it, it is. */
function isFirstFile({ phase, client }: PhaseContext, path: string): boolean {
  const hasLoaded = client.phases.some(({ tftp }) => tftp.some((read) => read.outcome === 'done'));
  return isGrubName(path) && phase.firmware !== 'ipxe' && !hasLoaded;
}

/** A name that was cut short (`…`) is that of every file that begins so. */
function sameFile(told: string, path: string): boolean {
  const [a, b] = [told.replace(/^\/+/, ''), path.replace(/^\/+/, '')];
  const shown = /^(.+?)(?:\.\.\.|…)$/.exec(a)?.[1];
  return shown === undefined ? a === b : b.startsWith(shown);
}

function isRecent({ observations }: PhaseContext, read: TftpRead | undefined): boolean {
  const at = read?.lastTimeMs ?? read?.timeMs;
  const silenceMs = silenceMsAfter(observations, at);
  return silenceMs !== undefined && silenceMs < untilMissed(observations, 'tftp', WAITING_TIMES.afterProbeMs);
}
