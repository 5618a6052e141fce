/** What a structured entry says: JSON of a journal, of docker, of a log store; or fields of a journal export. */
export interface Entry {
  readonly message: string;
  readonly program?: string;
  readonly pid?: number;
  readonly host?: string;
  readonly stamp?: string;
}

const MESSAGE_KEYS = [
  'MESSAGE',
  'message',
  'msg',
  'log',
  'line',
  'text',
  '_raw',
  'body',
  'textPayload',
  '@message',
  'Line',
];
const PROGRAM_KEYS = [
  'SYSLOG_IDENTIFIER',
  'syslog_identifier',
  'program',
  'programname',
  'appname',
  'app_name',
  'app-name',
  'ident',
  'tag',
  '_COMM',
  'process.name',
  'process',
];
const HOST_KEYS = ['_HOSTNAME', 'hostname', 'host', 'container_name', 'host.name', 'pod'];
const STAMP_KEYS = [
  '__REALTIME_TIMESTAMP',
  '_SOURCE_REALTIME_TIMESTAMP',
  '@timestamp',
  'time',
  'timestamp',
  'ts',
  'date',
  '_time',
];
const PID_KEYS = ['_PID', 'SYSLOG_PID', 'pid', 'procid'];
/** Where exports keep the fields of an entry. */
const INNER = ['_source', 'fields', 'result', 'attributes', 'jsonPayload', 'source'];
const LISTS = ['hits', 'data', 'logs', 'entries', 'results', 'values', 'rows'];
const MAX_DEPTH = 4;

/** The entries of a JSON value; empty when it holds none. */
export function entriesOfJson(value: unknown, depth = 0): readonly Entry[] {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((one) => entriesOfJson(one, depth + 1));
  const fields = value as Readonly<Record<string, unknown>>;
  const own = entryOf(fields);
  if (own) return [own];
  for (const key of [...INNER, ...LISTS]) {
    const found = entriesOfJson(fields[key], depth + 1);
    if (found.length > 0) return found;
  }
  return [];
}

/** One entry from its fields; undefined when there is no message among them. */
export function entryOf(fields: Readonly<Record<string, unknown>>): Entry | undefined {
  const message = textOf(first(fields, MESSAGE_KEYS));
  if (message === undefined) return undefined;
  const program = textOf(first(fields, PROGRAM_KEYS));
  const host = textOf(first(fields, HOST_KEYS));
  const stamp = stampOf(first(fields, STAMP_KEYS));
  const pid = Number(first(fields, PID_KEYS));
  return {
    message: `${moduleOf(fields)}${message.trimEnd()}${errorOf(fields)}`,
    ...(program === undefined ? {} : { program }),
    ...(host === undefined ? {} : { host }),
    ...(stamp === undefined ? {} : { stamp }),
    ...(Number.isInteger(pid) && pid > 0 ? { pid } : {}),
  };
}

/** Programs in Go name the module that writes by its path; its last part is the program. */
function moduleOf({ service, logger }: Readonly<Record<string, unknown>>): string {
  for (const path of [service, logger])
    if (typeof path === 'string' && /^[\w.-]+(?:\/[\w.-]+){2,}$/.test(path))
      return `${path.split('/').at(-1) ?? ''}: `;
  return '';
}

/** What went wrong stands in a field of its own in the logs of zap, zerolog and logrus. */
function errorOf({ error }: Readonly<Record<string, unknown>>): string {
  return typeof error === 'string' && error !== '' ? `: ${error}` : '';
}

function first(fields: Readonly<Record<string, unknown>>, keys: readonly string[]): unknown {
  for (const key of keys) if (fields[key] !== undefined && fields[key] !== null) return fields[key];
  return undefined;
}

/** journald writes what is no plain text as an array of bytes. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value) || !value.every((byte) => typeof byte === 'number')) return undefined;
  return new TextDecoder().decode(Uint8Array.from(value));
}

/** Seconds, milliseconds or microseconds since 1970, or a stamp in words. */
function stampOf(value: unknown): string | undefined {
  const isNumber =
    typeof value === 'number' || (typeof value === 'string' && /^\d{10,19}(?:\.\d+)?$/.test(value));
  if (!isNumber) return typeof value === 'string' ? value : undefined;
  let milliseconds = Number(value);
  if (milliseconds > 1e17) milliseconds /= 1e6;
  else if (milliseconds > 1e14) milliseconds /= 1e3;
  else if (milliseconds < 1e11) milliseconds *= 1e3;
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
