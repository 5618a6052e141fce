import type { Finding } from '../../../model/finding.ts';
import { baseName, isOptionalFile } from '../../../model/file-name.ts';
import { fitsFirmware, isGrubName, isLoaderName, isShimName, platformOfName } from '../boot-files.ts';
import { bootFileOf, phaseName, type Phase, type TftpRead } from '../observation.ts';
import { bootAnswerOf, clientFinding, leaseOf, silenceMsAfter, type PhaseContext } from '../phase-context.ts';
import { grubServer } from '../simulate/second-stage.ts';
import { WAITING_TIMES } from '../waiting-times.ts';

/** iPXE that reads nothing but the same loader, twice: it will go on like that. */
const LOOP_ROUNDS = 2;

/** The loader came whole: was it started, and does it find its second stage? */
export function judgeLoader(context: PhaseContext): readonly Finding[] {
  const { phase } = context;
  if (phase.firmware === 'system' || phase.firmware === 'ipxe') return judgeLoop(context);
  const done = [...loadersOverTftp(phase), ...loadersOverHttp(phase)];
  const last = done.at(-1);
  if (context.observations.vantage === 'probe') {
    // the probe starts nothing: what it can tell is whether the program is the right one
    return done.flatMap((loaded) => judgeProgram(context, loaded) ?? []);
  }
  const wrong = judgeAskedFor(context);
  if (wrong) return [wrong];
  if (!last || hasFollowers(context, last) || !isWaitedFor(context, last)) return [];
  // of a client that nothing is known of, nothing can be missing
  if (phase.firmware === 'unknown' || phase.firmware === 'raspberry-pi') return [];
  const evidence = [last.evidence];
  if (isReadAgainAndAgain(context, last.path)) {
    return [
      clientFinding(context, 'tftp-blocked', evidence, {
        cause: `dnsmasq sent ${last.path} several times over and the firmware never said that it got its size: what dnsmasq sends does not arrive.`,
      }),
    ];
  }
  const mismatch = judgeProgram(context, last);
  if (mismatch) return [mismatch];
  if (isGrubName(last.path)) return [fromRouter(context, last)];
  if (phase.firmware === 'bios') {
    return [
      clientFinding(context, 'loader-did-not-start', evidence, {
        title: `${last.path} came whole, and nothing followed`,
      }),
    ];
  }
  if (isSigned(last)) {
    return [
      clientFinding(context, 'second-stage-from-router', evidence, {
        title: `${last.path} came whole, and its second stage was never asked for here`,
        cause:
          "shim runs and asks another server for its second stage: the one that the router's lease names.",
      }),
    ];
  }
  return [
    clientFinding(context, 'unsigned-loader-under-secure-boot', evidence, {
      title: `${last.path} came whole and was not started: Secure Boot, most likely`,
      cause:
        `${phaseName(phase)} read all of ${last.path}, and nothing followed. ` +
        (last.program?.kind === 'efi'
          ? 'The program has no signature: with Secure Boot on, firmware drops it in silence.'
          : 'With Secure Boot on, firmware drops an unsigned program in silence.'),
    }),
  ];
}

/**
 * dnsmasq 2.90 logs a transfer as sent although the client took none of it. UEFI firmware aborts its first request
 * once it knows the size: when it only repeats it, nothing gets through.
 */
function isReadAgainAndAgain({ phase, observations }: PhaseContext, path: string): boolean {
  if (observations.vantage !== 'server-log' || !phase.firmware.startsWith('uefi-')) return false;
  const reads = phase.tftp.filter((read) => read.path === path || read.path === '');
  return reads.length >= 2 && reads.every((read) => read.outcome === 'done');
}

/** A server's log may tell what was asked for and not that it came: a program of the wrong kind is wrong all the same. */
function judgeAskedFor(context: PhaseContext): Finding | undefined {
  if (context.observations.vantage !== 'server-log') return undefined;
  const asked = context.phase.tftp.filter(
    (read) => (read.outcome === 'done' || read.outcome === 'under-way') && isLoaderName(read.path),
  );
  const last = asked.at(-1);
  return last && !hasFollowers(context, last) ? judgeProgram(context, last) : undefined;
}

type Loaded = Pick<TftpRead, 'evidence' | 'path' | 'program' | 'timeMs' | 'lastTimeMs'>;

/** The bytes of the program say more than its name. */
function judgeProgram(context: PhaseContext, loaded: Loaded): Finding | undefined {
  const { phase } = context;
  const { program } = loaded;
  const isEfiFirmware = phase.firmware.startsWith('uefi-');
  const platform = platformOfName(loaded.path);
  let what: string | undefined;
  if (isEfiFirmware && program?.kind === 'other') what = 'it is no EFI program';
  else if (
    isEfiFirmware &&
    program?.kind === 'efi' &&
    machineOf(phase) !== undefined &&
    program.machine !== machineOf(phase)
  ) {
    what = `it is an EFI program for ${program.machine}`;
  } else if (!isEfiFirmware && program?.kind === 'efi') what = 'it is an EFI program';
  else if (
    program === undefined &&
    platform !== undefined &&
    fitsFirmware(platform, phase.firmware) === false
  ) {
    what = platform === 'bios' ? 'it is a BIOS program' : 'it is for another platform';
  }
  if (what === undefined) return undefined;
  // said already, with the reason, when the answer itself was wrong
  const answer = bootAnswerOf(phase);
  return clientFinding(
    context,
    'loader-arch-mismatch',
    [...(answer ? [answer.evidence] : []), loaded.evidence],
    {
      title: `${baseName(loaded.path)} is not for ${phaseName(phase)}: ${what}`,
    },
  );
}

function machineOf(phase: Phase): string | undefined {
  switch (phase.firmware) {
    case 'uefi-x64':
    case 'uefi-http-x64':
      return 'x64';
    case 'uefi-ia32':
      return 'ia32';
    case 'uefi-arm64':
    case 'uefi-http-arm64':
      return 'arm64';
    case 'bios':
    case 'ipxe':
    case 'raspberry-pi':
    case 'unknown':
    case 'system':
      return undefined;
  }
}

/** shim gave GRUB, and GRUB asks nobody here: it follows the router's lease. */
function fromRouter(context: PhaseContext, grub: Loaded): Finding {
  const { phase, observations } = context;
  const lease = leaseOf(phase);
  const wanted = grubServer(lease, bootAnswerOf(phase));
  const isKnown =
    wanted.from === 'lease' && wanted.server !== undefined && observations.vantage === 'capture';
  return clientFinding(
    context,
    'second-stage-from-router',
    [grub.evidence, ...(lease ? [lease.evidence] : [])],
    {
      title: 'GRUB runs and asks nobody here for its configuration: it asks the router',
      cause: isKnown
        ? `The lease of ${lease?.server ?? 'the router'} names the next server ${wanted.server}; GRUB asks there for grub.cfg, gets none, and ends at its prompt.`
        : "GRUB takes its TFTP server from the router's lease and not from the proxy offer; it gets no grub.cfg there and ends at its prompt.",
    },
  );
}

/** iPXE that fetches iPXE. */
function judgeLoop({ client, phase, ...rest }: PhaseContext): readonly Finding[] {
  if (phase.firmware !== 'ipxe' || client.phases.length < LOOP_ROUNDS) return [];
  const file = onlyLoaderOf(phase);
  if (file === undefined) return [];
  const rounds = client.phases.filter((other) => other.firmware === 'ipxe' && onlyLoaderOf(other) === file);
  if (rounds.length < LOOP_ROUNDS || phase !== rounds[LOOP_ROUNDS - 1]) return [];
  const context: PhaseContext = { client, phase, ...rest };
  const evidence = rounds.slice(0, 3).flatMap((round) =>
    loadersOverTftp(round)
      .slice(0, 1)
      .map((read) => read.evidence),
  );
  return [clientFinding(context, 'ipxe-loop', evidence, { title: `iPXE loads ${file} again and again` })];
}

/** The loader, when a phase fetched that and nothing else. */
function onlyLoaderOf(phase: Phase): string | undefined {
  const [loader] = loadersOverTftp(phase);
  const hasMore =
    phase.http.length > 0 || phase.tftp.some((read) => read.outcome === 'done' && read.path !== loader?.path);
  return hasMore ? undefined : loader?.path;
}

/** Anything that only a running loader asks for: another file, HTTP, its own DHCP. */
function hasFollowers({ phase, next }: PhaseContext, loaded: Loaded): boolean {
  const at = phase.tftp.findIndex((read) => read.evidence === loaded.evidence);
  const later = at >= 0 ? phase.tftp.slice(at + 1) : [];
  const isFollower = (read: TftpRead): boolean => baseName(read.path) !== baseName(loaded.path);
  if (later.some(isFollower)) return true;
  const httpAt = phase.http.findIndex((read) => read.evidence === loaded.evidence);
  if (phase.http.slice(httpAt + 1).some((read) => baseName(read.path) !== baseName(loaded.path))) return true;
  return next !== undefined && (next.firmware === 'ipxe' || next.firmware === 'system');
}

/** The firmware came back with its next boot entry, or the recording went on long enough. */
function isWaitedFor({ observations, next, phase }: PhaseContext, loaded: Loaded): boolean {
  if (next !== undefined) return true;
  // DHCP, TFTP and HTTP may be told by logs of their own, each a moment behind: the REQUEST before the transfer comes after it
  const cameBackMs = (loaded.lastTimeMs ?? Number.POSITIVE_INFINITY) + WAITING_TIMES.logLagMs;
  if (phase.requests.some((request) => (request.timeMs ?? 0) > cameBackMs)) return true;
  const silence = silenceMsAfter(observations, loaded.lastTimeMs ?? loaded.timeMs);
  return silence !== undefined && silence >= WAITING_TIMES.loaderStartMs;
}

function isSigned(loaded: Loaded): boolean {
  if (loaded.program?.kind === 'efi') return loaded.program.isSigned;
  return isShimName(loaded.path);
}

function loadersOverTftp(phase: Phase): readonly TftpRead[] {
  const told = phase.replies.map(bootFileOf);
  return phase.tftp.filter(
    (read) =>
      read.outcome === 'done' &&
      !isOptionalFile(read.path) &&
      (isLoaderName(read.path) || told.some((file) => file !== undefined && file.endsWith(read.path))),
  );
}

function loadersOverHttp(phase: Phase): readonly Loaded[] {
  if (!phase.firmware.startsWith('uefi-http')) return [];
  return phase.http.filter(
    (read) => read.method === 'GET' && read.isDone === true && isLoaderName(read.path),
  );
}
