import { MAX_MESSAGE_CHARACTERS, type LogLine } from '../log-lines/log-line.ts';

/** As it writes them to stderr, and with a stamp to a file of its own; 2.92 and later may write pid/thread. */
const OWN =
  /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )?(dnsmasq(?:-[a-z]+)?)(?:\[(\d+)(?:[^\]\s\d][^\]\s]*)?\])?: (.*)$/;

/**
 * A line that a dnsmasq of ours has just written. Behind its prefix stands what strangers say (vendor classes, file names):
 * nothing in it is a wrapping to be taken away, or they would write lines of their own. Undefined for what is no such line.
 */
export function readOwnLine(raw: string, line: number): LogLine | undefined {
  const [, program, pid, rest] = OWN.exec(raw) ?? [];
  if (program === undefined || rest === undefined) return undefined;
  const message = rest.slice(0, MAX_MESSAGE_CHARACTERS).trimEnd();
  return { line, program, message, text: message, ...(pid === undefined ? {} : { pid: Number(pid) }) };
}
