import type { BootEvent } from '../../model/boot-event.ts';
import type { IgnoreReason } from '../../model/boot-plan.ts';
import type { Firmware } from '../../model/firmware.ts';
import { parseIpv4 } from '../../protocol/addresses.ts';
import { ObservationBuilder } from './observation-builder.ts';
import type {
  HttpRead,
  Observations,
  Option43Seen,
  ReplySeen,
  RequestSeen,
  Seen,
  TftpOutcome,
  TftpRead,
} from './observation.ts';

type MutableTftp = { -readonly [K in keyof TftpRead]: TftpRead[K] };
type MutableHttp = { -readonly [K in keyof HttpRead]: HttpRead[K] };

/** Turns the events of a running pxectl into observations. `nowMs`: the clock, for what has not happened yet. */
export function observeEvents(events: readonly BootEvent[], nowMs?: number): Observations {
  const times = events.map((event) => Date.parse(event.time)).filter((time) => Number.isFinite(time));
  const [firstTimeMs] = times;
  const lastTimeMs = nowMs ?? times.at(-1);
  const about: Omit<Observations, 'clients'> = {
    vantage: 'events',
    server: { servesTftp: true },
    problems: [],
    showsStarts: showsStarts(events),
    ...(firstTimeMs === undefined ? {} : { firstTimeMs }),
    ...(lastTimeMs === undefined ? {} : { lastTimeMs }),
    readCount: events.length,
  };
  const builder = new ObservationBuilder(() => about);
  const tftp = new Map<string, MutableTftp>();
  const http = new Map<string, MutableHttp>();
  for (const event of events) {
    if (event.type.startsWith('dhcp.')) takeDhcp(builder, event);
    else if (event.type.startsWith('tftp.')) takeTftp(builder, tftp, event);
    else if (event.type.startsWith('http.')) takeHttp(builder, http, event);
    else if (event.type === 'seed.requested') takeHttp(builder, http, { ...event, type: 'http.done' });
  }
  return { ...about, clients: builder.clients() };
}

/** The built-in servers tell of every transfer when it begins, those that log (dnsmasq, nginx) when it has ended. */
export function showsStarts(events: readonly BootEvent[]): { tftp: boolean; http: boolean } {
  const shows = (start: BootEvent['type'], ...ends: BootEvent['type'][]): boolean =>
    events
      .filter((event) => ends.includes(event.type) && !isRoute(event))
      .every((event) => hasStart(events, event, start));
  return { tftp: shows('tftp.start', 'tftp.done', 'tftp.aborted'), http: shows('http.get', 'http.done') };
}

function hasStart(events: readonly BootEvent[], { ip, detail }: BootEvent, type: BootEvent['type']): boolean {
  return events.some(
    (one) =>
      one.type === type &&
      one.ip === ip &&
      one.detail['path'] === detail['path'] &&
      one.detail['isToldAtEnd'] !== true,
  );
}

/** Whether a transfer has begun that has not ended: its server would have said so. */
export function isTransferOpen(events: readonly BootEvent[]): boolean {
  const open = new Set<string>();
  for (const { type, ip, detail } of events) {
    const key = `${type.split('.')[0]} ${ip} ${detail['path']}`;
    if (type === 'tftp.start' || type === 'http.get') open.add(key);
    else open.delete(key);
  }
  return open.size > 0;
}

/** Seeds and reports come from the pxectl process, whoever serves the files. */
function isRoute({ detail }: BootEvent): boolean {
  return /^\/?(?:seed|report)\//.test(String(detail['path'] ?? ''));
}

function seenIn(event: BootEvent): Seen {
  const { detail } = event;
  const about = [detail['file'], detail['path'], detail['message'], detail['reason'], detail['status']]
    .filter((value) => value !== undefined)
    .join(', ');
  return {
    evidence: { source: `events ${event.time}`, text: `${event.type} ${about}`.trim() },
    timeMs: Date.parse(event.time),
  };
}

/** Reasons of the plan that are somebody's wish, and no fault. */
const LEFT_ALONE: readonly string[] = ['machine-boots-local', 'unknown-machine'] satisfies IgnoreReason[];

function takeDhcp(builder: ObservationBuilder, event: BootEvent): void {
  if (event.mac === undefined) return;
  const { detail } = event;
  const port = detail['port'] === 4011 ? 4011 : 67;
  switch (event.type) {
    case 'dhcp.discover':
    case 'dhcp.request':
    case 'dhcp.ignored': {
      const request: RequestSeen = {
        ...seenIn(event),
        type:
          event.type === 'dhcp.discover' ? 'discover' : event.type === 'dhcp.request' ? 'request' : 'other',
        port,
        ...(event.ip === undefined || event.ip === '0.0.0.0' ? {} : { clientAddress: event.ip }),
        ...(event.type === 'dhcp.ignored' && detail['reason'] !== 'not-for-us'
          ? {
              ignoredBecause: String(detail['message'] ?? detail['reason'] ?? 'ignored'),
              isLeftAlone: LEFT_ALONE.includes(String(detail['reason'])),
            }
          : {}),
      };
      const firmware: Firmware = event.firmware ?? 'unknown';
      builder.request(
        {
          key: event.mac,
          mac: event.mac,
          firmware,
          architectures: String(detail['architectures'] ?? '')
            .split(/\D+/)
            .filter((code) => code !== '')
            .map(Number),
          ...(typeof detail['vendorClass'] === 'string' ? { vendorClass: detail['vendorClass'] } : {}),
        },
        request,
      );
      return;
    }
    case 'dhcp.offer':
    case 'dhcp.ack':
    case 'dhcp.nak':
      builder.reply(event.mac, readReply(event, port));
      return;
    default:
      return;
  }
}

/** pxectl's own answers: their plan is right by construction, the file and next server are what matters. */
function readReply(event: BootEvent, port: 67 | 4011): ReplySeen {
  const { detail } = event;
  const file = typeof detail['file'] === 'string' && detail['file'] !== '' ? detail['file'] : undefined;
  const nextServer = typeof detail['nextServer'] === 'string' ? parseIpv4(detail['nextServer']) : undefined;
  const option43 = readOption43(detail['option43']);
  return {
    ...seenIn(event),
    type: event.type === 'dhcp.offer' ? 'offer' : event.type === 'dhcp.nak' ? 'nak' : 'ack',
    port,
    ...(file === undefined ? {} : { headerFile: file }),
    ...(nextServer === undefined ? {} : { nextServer, server: nextServer }),
    vendorClass: event.firmware?.startsWith('uefi-http') === true ? 'HTTPClient' : 'PXEClient',
    ...(option43 === undefined ? {} : { option43 }),
  };
}

/** Events made from a dnsmasq log carry the option as it was logged: `06:01:08:…`, long ones cut by `...`. */
function readOption43(text: BootEvent['detail'][string]): Option43Seen | undefined {
  if (typeof text !== 'string' || !/^[0-9a-f]{2}(?::[0-9a-f]{2})*(?:\.\.\.)?$/.test(text)) return undefined;
  const bytes = Uint8Array.from(text.replace('...', '').split(':'), (byte) => Number.parseInt(byte, 16));
  return { bytes, sizeBytes: bytes.length, isElided: text.endsWith('...') };
}

const TFTP_ENDS: Readonly<Partial<Record<BootEvent['type'], TftpOutcome>>> = {
  'tftp.done': 'done',
  'tftp.missing': 'missing',
  'tftp.aborted': 'size-probe',
};

function takeTftp(builder: ObservationBuilder, open: Map<string, MutableTftp>, event: BootEvent): void {
  const path = String(event.detail['path'] ?? '');
  const key = `${event.ip ?? event.mac ?? ''}|${path}`;
  const seen = seenIn(event);
  let read = open.get(key);
  if (!read) {
    read = { ...seen, path, outcome: 'under-way' };
    open.set(key, read);
    builder.tftp(event.ip, event.mac, read);
  }
  if (seen.timeMs !== undefined) read.lastTimeMs = seen.timeMs;
  const sent = event.detail['sentBytes'];
  if (typeof sent === 'number') read.sentBytes = sent;
  const outcome = event.type === 'tftp.error' ? errorOutcome(event) : TFTP_ENDS[event.type];
  if (outcome === undefined) return;
  read.outcome = outcome;
  read.evidence = seen.evidence;
  if (typeof event.detail['message'] === 'string') read.message = event.detail['message'];
  // a size probe is followed by the read itself, which is a transfer of its own
  open.delete(key);
}

function errorOutcome({ detail }: BootEvent): TftpOutcome {
  const words = `${detail['reason'] ?? ''} ${detail['message'] ?? ''}`;
  if (/access|denied|permission/i.test(words)) return 'denied';
  if (/timeout|timed out|stopped answering|no acknowledg/i.test(words))
    return Number(detail['sentBytes'] ?? 0) > 0 ? 'stalled' : 'answer-lost';
  return 'server-error';
}

function takeHttp(builder: ObservationBuilder, open: Map<string, MutableHttp>, event: BootEvent): void {
  if (event.ip === undefined) return;
  const path = String(event.detail['path'] ?? '');
  const key = `${event.ip}|${path}`;
  const seen = seenIn(event);
  let read = event.type === 'http.head' ? undefined : open.get(key);
  if (!read) {
    read = { ...seen, path, method: event.type === 'http.head' ? 'HEAD' : 'GET' };
    if (!builder.http(event.ip, event.mac, read)) return;
    open.set(key, read);
  }
  const { status, sizeBytes, sentBytes, userAgent, range, reason } = event.detail;
  read.status =
    typeof status === 'number' ? status : event.type === 'http.missing' ? 404 : (read.status ?? 200);
  if (seen.timeMs !== undefined) read.lastTimeMs = seen.timeMs;
  if (typeof sizeBytes === 'number') read.sizeBytes = sizeBytes;
  if (typeof sentBytes === 'number') read.sentBytes = sentBytes;
  if (typeof userAgent === 'string') read.userAgent = userAgent;
  if (typeof range === 'string') read.hasRange = true;
  if (event.type === 'http.done') read.isDone = true;
  if (reason === 'client-aborted' || reason === 'client-closed') read.isCutByClient = true;
  if (event.type !== 'http.get') open.delete(key);
}
