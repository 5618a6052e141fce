import type { Finding } from '../../../model/finding.ts';
import { baseName, isOptionalFile } from '../../../model/file-name.ts';
import { phaseName, type HttpRead } from '../observation.ts';
import { clientFinding, silenceMsAfter, type PhaseContext } from '../phase-context.ts';
import { untilMissed, WAITING_TIMES } from '../waiting-times.ts';

/** A whole ISO comes in seconds on a LAN; casper waits for nothing else. */
const CUT_SHARE = 0.98;
const NO_ANSWER_MS = 5_000;

/** What became of the files that the client asked HTTP for. */
export function judgeHttp(context: PhaseContext): readonly Finding[] {
  const { http } = context.phase;
  const findings: Finding[] = [];
  for (const path of new Set(http.map((read) => read.path))) {
    const reads = http.filter((read) => read.path === path);
    findings.push(...judgePath(context, path, reads));
  }
  return [...findings, ...judgeIso(context), ...judgeRootImage(context)];
}

function judgePath(context: PhaseContext, path: string, reads: readonly HttpRead[]): readonly Finding[] {
  const last = reads.at(-1);
  if (!last || reads.some((read) => read.status !== undefined && read.status < 400)) return [];
  if (reads.some((read) => read.isAnswerUnseen === true)) return [];
  if (last.status === 404) return missing(context, path, last);
  if (last.isReset === true) {
    return [
      clientFinding(context, 'http-blocked', [last.evidence], {
        title: `the HTTP server throws the request for ${path} away`,
        cause: `${last.server ?? 'The server'} ended the connection (RST) without an answer: the program that listens there failed or is no web server, or a firewall rejects what it sees in the request.`,
      }),
    ];
  }
  if (last.status === undefined) {
    const silence = silenceMsAfter(context.observations, last.timeMs);
    const isSilent =
      context.observations.vantage === 'capture' && silence !== undefined && silence > NO_ANSWER_MS;
    return isSilent ? [clientFinding(context, 'http-blocked', [last.evidence])] : [];
  }
  return [
    clientFinding(context, 'http-file-missing', [withStatus(last)], {
      title: `the HTTP server refuses ${path}: status ${last.status}`,
      cause:
        last.status === 403
          ? 'The server may not read the file, or keeps it for another machine.'
          : "The server's own log tells why.",
    }),
  ];
}

function missing(context: PhaseContext, path: string, read: HttpRead): readonly Finding[] {
  const name = baseName(path);
  const evidence = [withStatus(read)];
  if (name === 'meta-data') return [clientFinding(context, 'meta-data-missing', evidence)];
  if (name === 'vendor-data' || name === 'network-config') {
    return name === 'vendor-data' ? [clientFinding(context, 'vendor-data-missing', evidence)] : [];
  }
  if (isOptionalFile(path)) return [];
  return [
    clientFinding(context, 'http-file-missing', evidence, {
      title: `${path} is not on the HTTP server`,
      cause: `${phaseName(context.phase)} asked ${read.server ?? 'the server'} for ${path} and was told "not found" (404).`,
    }),
  ];
}

/** The ISO goes into the memory of the machine: cut short when it does not fit, fetched twice by cloud-init. */
function judgeIso(context: PhaseContext): readonly Finding[] {
  const isos = context.phase.http.filter(
    (read) => read.method === 'GET' && /\.iso$/i.test(read.path) && read.hasRange !== true,
  );
  const findings: Finding[] = [];
  const [cut] = isos.filter(
    (read) =>
      read.isCutByClient === true &&
      read.sizeBytes !== undefined &&
      (read.sentBytes ?? 0) < read.sizeBytes * CUT_SHARE,
  );
  if (cut && !isos.some((read) => read.isDone === true)) {
    findings.push(
      clientFinding(context, 'ram-too-small-for-iso', [cut.evidence], {
        title: 'the machine stopped reading the ISO: too little memory, most likely',
        cause: `It closed the connection after ${mebibytes(cut.sentBytes)} of ${mebibytes(cut.sizeBytes)}. casper keeps the whole ISO in memory.`,
      }),
    );
  }
  const byCloudInit = isos.find((read) => /cloud-init/i.test(read.userAgent ?? ''));
  if (byCloudInit) findings.push(clientFinding(context, 'iso-fetched-twice', [byCloudInit.evidence]));
  return findings;
}

/** casper's kernel and initrd came, and its ISO was never asked for. */
function judgeRootImage(context: PhaseContext): readonly Finding[] {
  const { client, observations, phase } = context;
  const initrd = [
    ...phase.http.filter((read) => read.isDone === true),
    ...phase.tftp.filter((read) => read.outcome === 'done'),
  ].find((read) => /(?:casper|ubuntu)[^\s]*\/initrd$/.test(read.path));
  if (!initrd) return [];
  const hasIso = client.phases.some((other) => other.http.some((read) => /\.iso$/i.test(read.path)));
  const silence = silenceMsAfter(observations, initrd.lastTimeMs ?? initrd.timeMs);
  const waitMs = untilMissed(observations, 'http', WAITING_TIMES.rootImageMs);
  if (hasIso || silence === undefined || silence < waitMs) return [];
  return [clientFinding(context, 'root-image-not-requested', [initrd.evidence])];
}

function withStatus(read: HttpRead): HttpRead['evidence'] {
  return { source: read.evidence.source, text: `${read.evidence.text} → ${read.status ?? 'no answer'}` };
}

function mebibytes(bytes: number | undefined): string {
  return `${Math.round((bytes ?? 0) / 1024 / 1024)} MiB`;
}
