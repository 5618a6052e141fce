/** A dnsmasq line taken apart: who wrote it, when, and the message itself. */
export interface PrefixedLine {
  readonly program: 'dnsmasq' | 'dnsmasq-dhcp' | 'dnsmasq-tftp' | 'dnsmasq-script';
  readonly message: string;
  readonly pid?: number;
  readonly stamp?: string;
  readonly time?: string;
  readonly service?: string;
}

/** Longer lines are cut: no line of dnsmasq is longer, and a log may be anything. */
const MAX_LINE_CHARACTERS = 4096;

// dnsmasq 2.92 and later may write pid/thread
const PROGRAM = /(?:^|[\s|>])(dnsmasq(?:-dhcp|-tftp|-script)?)(?:\[(\d+)[^\]]*\])?: ?/;
const ANSI = /\u001b\[[0-9;]*m/g;
const ISO_STAMP = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?=[\s\]|]|$)/;
const SYSLOG_STAMP = /(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?: \d{4})?/;
// docker-compose v1 `dhcp_1   | `, v2 `dhcp-1  | `, kubectl and podman likewise
const COMPOSE = /^\s*([\w.-]+)\s*\|\s?/;

/**
 * Splits one line of a log. Reads plain stderr, log-facility files, syslog, journald, docker logs (also with -t and
 * as JSON) and docker-compose; undefined when dnsmasq did not write it.
 */
export function splitPrefix(line: string): PrefixedLine | undefined {
  const plain = unwrapJson(line.slice(0, MAX_LINE_CHARACTERS).replace(ANSI, '').trimEnd());
  const found = PROGRAM.exec(plain.text);
  if (!found) return undefined;
  const before = plain.text.slice(0, found.index + found[0].indexOf(found[1] ?? ''));
  const stamp = plain.stamp ?? ISO_STAMP.exec(before)?.[0] ?? SYSLOG_STAMP.exec(before)?.[0];
  const time = stamp === undefined ? undefined : isoOf(stamp);
  const service = COMPOSE.exec(before)?.[1] ?? hostAfter(before, stamp);
  return {
    program: found[1] as PrefixedLine['program'],
    message: plain.text.slice(found.index + found[0].length),
    ...(found[2] === undefined ? {} : { pid: Number(found[2]) }),
    ...(stamp === undefined ? {} : { stamp }),
    ...(time === undefined ? {} : { time }),
    ...(service === undefined ? {} : { service }),
  };
}

/** Docker's json-file driver wraps each line: `{"log":"…\n","stream":"stderr","time":"…"}`. */
function unwrapJson(line: string): { text: string; stamp?: string } {
  if (!line.startsWith('{"log":')) return { text: line };
  try {
    const parsed = JSON.parse(line) as { log?: unknown; time?: unknown };
    if (typeof parsed.log !== 'string') return { text: line };
    const text = parsed.log.trimEnd();
    return typeof parsed.time === 'string' ? { text, stamp: parsed.time } : { text };
  } catch {
    return { text: line };
  }
}

/** Only a stamp with year and zone names one moment. */
function isoOf(stamp: string): string | undefined {
  if (!/^\d{4}-/.test(stamp) || !/(?:Z|[+-]\d\d:?\d\d)$/.test(stamp)) return undefined;
  const standard = stamp
    .replace(' ', 'T')
    .replace(',', '.')
    .replace(/(\.\d{3})\d+/, '$1')
    .replace(/([+-]\d\d)(\d\d)$/, '$1:$2');
  const milliseconds = Date.parse(standard);
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString();
}

/** syslog writes the host name between the stamp and the program. */
function hostAfter(before: string, stamp: string | undefined): string | undefined {
  if (stamp === undefined) return undefined;
  const rest = before.slice(before.indexOf(stamp) + stamp.length).trim();
  return /^[\w.-]+$/.test(rest) ? rest : undefined;
}
