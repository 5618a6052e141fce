import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { BootEventType, NewBootEvent } from '../../model/boot-event.ts';
import { printable } from '../../model/printable.ts';
import { machineAskedAs } from '../../model/served-path.ts';
import { parseIpv4, type Ipv4Address } from '../../protocol/addresses.ts';

/** as much as the built-in server tells of them */
const MAX_AGENT_CHARS = 200;
const MAX_RANGE_CHARS = 100;

interface AccessLine {
  readonly epochSeconds: number;
  readonly ip: Ipv4Address;
  readonly method: string;
  readonly path: string;
  readonly askedAs: string | undefined;
  readonly status: number;
  readonly sentBytes: number;
  readonly durationMs: number;
  readonly userAgent: string;
  readonly range: string;
}

/**
 * The events of one line of nginx's access log in the JSON form of templates/nginx.conf.hbs. nginx writes the line
 * when the request is over: the event of its beginning carries the time at which it began. Whose address it is the line does
 * not say.
 */
export function eventsOfAccess(line: string, httpRoot: string): NewBootEvent[] {
  const access = readAccess(line);
  if (!access) return [];
  const { ip, method, path, status } = access;
  const endedAt = new Date(access.epochSeconds * 1000).toISOString();
  const size = sizeOf(httpRoot, path);
  const detail = {
    path: printable(path),
    status,
    userAgent: access.userAgent,
    ...(access.range === '' ? {} : { range: access.range }),
    ...(size === undefined ? {} : { sizeBytes: size }),
    ...(access.askedAs === undefined ? {} : { askedAs: access.askedAs }),
  };
  const sent = { sentBytes: access.sentBytes, durationMs: access.durationMs };
  if (method === 'HEAD' && status < 400) return [{ type: 'http.head', time: endedAt, ip, detail }];
  const failure = failureOf(access, size);
  if (failure) {
    const type: BootEventType = status === 404 ? 'http.missing' : 'http.error';
    return [{ type, time: endedAt, ip, detail: { ...detail, ...sent, reason: failure } }];
  }
  const startedAt = new Date(access.epochSeconds * 1000 - access.durationMs).toISOString();
  return [
    // told now, when it is over: whoever waits for it has to know that
    { type: 'http.get', time: startedAt, ip, detail: { ...detail, isToldAtEnd: true } },
    { type: 'http.done', time: endedAt, ip, detail: { ...detail, ...sent } },
  ];
}

function failureOf(access: AccessLine, size: number | undefined): string | undefined {
  if (access.status === 404) return 'not-found';
  // of what nginx logs only limit_conn answers so
  if (access.status === 503) return 'address-share';
  if (access.status >= 400) return 'refused';
  const isWhole = access.status !== 200 || size === undefined || access.sentBytes >= size;
  return isWhole ? undefined : 'client-closed';
}

function readAccess(line: string): AccessLine | undefined {
  try {
    const raw = JSON.parse(line) as Record<string, unknown>;
    const ip = parseIpv4(typeof raw['ip'] === 'string' ? raw['ip'] : '');
    const uri = raw['uri'];
    if (ip === undefined || typeof uri !== 'string' || typeof raw['status'] !== 'number') return undefined;
    const [target = '', query = ''] = uri.split('?', 2);
    const path = decodePath(target);
    return {
      epochSeconds: Number(raw['epochSeconds']),
      ip,
      method: textOf(raw['method'], 20),
      path,
      askedAs: machineAskedAs(path, new URLSearchParams(query)),
      status: raw['status'],
      sentBytes: Number(raw['sentBytes']),
      durationMs: Math.round(Number(raw['durationSeconds']) * 1000),
      userAgent: textOf(raw['userAgent'], MAX_AGENT_CHARS),
      range: textOf(raw['range'], MAX_RANGE_CHARS),
    };
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown, maxLength: number): string =>
  typeof value === 'string' ? printable(value, maxLength) : '';

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function sizeOf(root: string, path: string): number | undefined {
  if (path.includes('\0') || path.split('/').includes('..')) return undefined;
  try {
    const found = statSync(join(root, path));
    return found.isFile() ? found.size : undefined;
  } catch {
    // not there, or a name that no file can have
    return undefined;
  }
}
