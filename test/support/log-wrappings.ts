/** A message of a program, as a wrapping gets it. */
export interface PlainLine {
  readonly program: string;
  readonly pid: number;
  readonly message: string;
  /** seconds after the beginning of the log */
  readonly second: number;
}

/** The text of a whole log in one of the forms in which people bring it. */
export type Wrapping = (lines: readonly PlainLine[]) => string | Uint8Array;

const START_MS = Date.UTC(2026, 8, 21, 10, 0, 0);
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const iso = ({ second }: PlainLine): string => new Date(START_MS + second * 1000).toISOString();
const date = (line: PlainLine): Date => new Date(iso(line));
const clock = (line: PlainLine): string => iso(line).slice(11, 19);
const syslogStamp = (line: PlainLine): string =>
  `${MONTHS[date(line).getUTCMonth()]} ${String(date(line).getUTCDate()).padStart(2)} ${clock(line)}`;
const named = ({ program, pid, message }: PlainLine): string => `${program}[${pid}]: ${message}`;
const short = (line: PlainLine): string => `${syslogStamp(line)} pxe ${named(line)}`;
const eachLine =
  (form: (line: PlainLine, index: number) => string): Wrapping =>
  (lines) =>
    `${lines.map(form).join('\n')}\n`;
const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const csv = (cells: readonly string[]): string =>
  cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');

function hardWrap(text: string, width: number): string {
  return text.match(new RegExp(`.{1,${width}}`, 'g'))?.join('\n') ?? text;
}

function softWrap(text: string, width: number): string {
  const out: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      out.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...out, line].join('\n');
}

function utf16(text: string, order: 'le' | 'be', withMark: boolean): Uint8Array {
  const bytes = Buffer.from(`${withMark ? '\ufeff' : ''}${text}`, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
}

const journalFields = (line: PlainLine): Record<string, string> => ({
  __CURSOR: `s=1;i=${line.second}`,
  __REALTIME_TIMESTAMP: String((START_MS + line.second * 1000) * 1000),
  _HOSTNAME: 'pxe',
  PRIORITY: '6',
  SYSLOG_IDENTIFIER: line.program,
  _PID: String(line.pid),
  MESSAGE: line.message,
});

/** Wrappings that bring no stamp with year and zone: the log has no clock. */
export const WITHOUT_CLOCK: Readonly<Record<string, Wrapping>> = {
  'stderr with pid': eachLine(named),
  'journalctl -o cat': eachLine(({ message }) => message),
  'journalctl -o short': eachLine(short),
  'journalctl -r': (lines) => `${lines.map(short).reverse().join('\n')}\n`,
  'messages alone, reversed': (lines) =>
    `${lines
      .map(({ message }) => message)
      .reverse()
      .join('\n')}\n`,
  'syslog with priority': eachLine((line) => `<30>${short(line)}`),
  'docker compose v1': eachLine((line) => `dhcp_1   | ${named(line)}`),
  'docker compose v2': eachLine((line) => `dnsmasq-1  | ${named(line)}`),
  'compose of a service with the name of the program': eachLine((line) => `dnsmasq  | ${named(line)}`),
  kubectl: eachLine((line) => `[pod/dnsmasq-7d9f/dnsmasq] ${named(line)}`),
  'nested names': eachLine((line) => `dnsmasq[1]: ${line.program}: ${line.message}`),
  'ANSI colours': eachLine(
    (line) => `\u001b[38;5;244m${line.program}[${line.pid}]:\u001b[0;39m\u001b[K ${line.message}\u001b[0m`,
  ),
  'colours of rsyslog': eachLine((line) => `#033[1m${line.program}[${line.pid}]:#033[0m ${line.message}`),
  'markdown list': eachLine((line) => `    - \`${line.program}: ${line.message}\``),
  'markdown fence': (lines) => `Here is my log:\n\n\`\`\`\n${lines.map(short).join('\n')}\n\`\`\`\nThanks!\n`,
  'markdown quote': eachLine((line) => `> > ${short(line)}`),
  'markdown table': eachLine(
    (line) => `| ${syslogStamp(line)} | \`${line.program}[${line.pid}]\` | ${line.message} |`,
  ),
  'HTML pre': (lines) =>
    `<html><body><pre>\n${lines.map((line) => escapeHtml(short(line))).join('\n')}\n</pre></body></html>\n`,
  'HTML with line breaks': (lines) =>
    `<p>${lines.map((line) => `<span class="t">${escapeHtml(short(line))}</span>`).join('<br>\n')}</p>\n`,
  'HTML table': eachLine(
    (line) =>
      `<tr><td>${syslogStamp(line)}</td><td>${line.program}</td><td>${escapeHtml(line.message)}</td></tr>`,
  ),
  'tabs of a log store': eachLine(
    (line) => `Sep 21, 2026 @ ${clock(line)}.000\tpxe\t${line.program}\t${line.message}`,
  ),
  'columns of spaces': eachLine((line) => `${line.program.padEnd(14)}  ${line.message}`),
  'line numbers': eachLine((line, index) => `${String(index + 1).padStart(6)}\t${short(line)}`),
  'grep -n': eachLine((line, index) => `/var/log/syslog:${index + 1}:${short(line)}`),
  'broken by a terminal at 80': eachLine((line) => hardWrap(short(line), 80)),
  'broken by a mail program at 72': eachLine((line) => softWrap(short(line), 72)),
  'broken and quoted': eachLine((line) =>
    softWrap(short(line), 72)
      .split('\n')
      .map((part) => `> ${part}`)
      .join('\n'),
  ),
  'UTF-16 LE': (lines) => utf16(`${lines.map(short).join('\r\n')}\r\n`, 'le', true),
  'UTF-16 BE': (lines) => utf16(`${lines.map(short).join('\n')}\n`, 'be', true),
  'UTF-16 without mark': (lines) => utf16(`${lines.map(short).join('\r\n')}\r\n`, 'le', false),
  'byte order mark': (lines) => `\ufeff${lines.map(short).join('\n')}\n`,
  CRLF: (lines) => `${lines.map(short).join('\r\n')}\r\n`,
};

/** Wrappings whose stamps name the moment. */
export const WITH_CLOCK: Readonly<Record<string, Wrapping>> = {
  'journalctl -o short-iso': eachLine((line) => `${iso(line).slice(0, 19)}+0000 pxe ${named(line)}`),
  'journalctl -o short-iso-precise': eachLine(
    (line) => `${iso(line).slice(0, 23)}000+00:00 pxe ${named(line)}`,
  ),
  'journalctl -o with-unit': eachLine(
    (line) =>
      `Mon ${iso(line).slice(0, 10)} ${clock(line)} UTC pxe dnsmasq.service[${line.pid}]: ${named(line)}`,
  ),
  'journalctl -o json': eachLine((line) => JSON.stringify(journalFields(line))),
  'journalctl -o json-pretty': eachLine((line) => JSON.stringify(journalFields(line), undefined, '\t')),
  'journalctl -o export': eachLine(
    (line) =>
      `${Object.entries(journalFields(line))
        .map(([key, value]) => `${key}=${value}`)
        .join('\n')}\n`,
  ),
  'journalctl -o verbose': eachLine(
    (line) =>
      `Mon ${iso(line).slice(0, 10)} ${clock(line)}.000000 UTC [s=1f;i=${line.second};b=2;m=3;t=4;x=5]\n${Object.entries(
        journalFields(line),
      )
        .filter(([key]) => !key.startsWith('__'))
        .map(([key, value]) => `    ${key}=${value}`)
        .join('\n')}`,
  ),
  'one JSON array': (lines) => JSON.stringify(lines.map(journalFields), undefined, 2),
  'RFC 5424': eachLine((line) => `<30>1 ${iso(line)} host ${line.program} ${line.pid} - - ${line.message}`),
  'RFC 5424 with data': eachLine(
    (line) =>
      `<30>1 ${iso(line)} host ${line.program} ${line.pid} ID47 [meta sequenceId="1" x="a\\]b"] ${line.message}`,
  ),
  'docker logs -t': eachLine((line) => `${iso(line)} ${named(line)}`),
  'docker json-file': eachLine((line) =>
    JSON.stringify({ log: `${named(line)}\n`, stream: 'stderr', time: iso(line) }),
  ),
  'containerd CRI': eachLine((line) => `${iso(line)} stderr F ${named(line)}`),
  CSV: (lines) =>
    `"_time","host","program","message"\n${lines.map((line) => csv([iso(line), 'pxe', line.program, line.message])).join('\n')}\n`,
  'CSV of whole lines': (lines) =>
    `"timestamp","message"\n${lines.map((line) => csv([iso(line), short(line)])).join('\n')}\n`,
  'CSV with the message first': (lines) =>
    `"message","program","time"\n${lines.map((line) => csv([line.message, line.program, iso(line)])).join('\n')}\n`,
  'log store, newest first': (lines) =>
    `${lines
      .map((line) =>
        JSON.stringify({
          '@timestamp': iso(line),
          host: 'pxe',
          program: line.program,
          message: line.message,
        }),
      )
      .reverse()
      .join('\n')}\n`,
};
