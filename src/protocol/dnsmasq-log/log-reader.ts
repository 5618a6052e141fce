import { isCutShort, parseSimpleMessage, type BlockPart, type SimpleMessage } from './message.ts';
import { forgetOldest } from '../forget-oldest.ts';
import type { LogLine } from '../log-lines/log-line.ts';
import { Unwrapper } from '../log-lines/unwrapper.ts';
import { PacketBlock } from './packet-block.ts';
import { RememberedParts } from './remembered-parts.ts';
import { toEnglish } from './to-english.ts';
import type { DnsmasqLogRecord, RecordOrigin, TftpRecord } from './record.ts';

/** Services (containers, hosts) whose lines may be interleaved in one log. */
const MAX_SERVICES = 32;

interface ServiceState {
  block: PacketBlock | undefined;
  /** `error 8 … received from IP`: the next line tells which file, and calls it sent although it was not */
  abort: TftpRecord | undefined;
}

/** Reads a dnsmasq log line by line, with memory for one packet per service. */
export interface DnsmasqLogReader {
  /** the records that this line completes */
  push(line: string): readonly DnsmasqLogRecord[];
  /** the same for a line without its wrappings; `line` is the number that its records get */
  read(unwrapped: LogLine, line: number): readonly DnsmasqLogRecord[];
  /** some line was in another language than English */
  readonly isTranslated: boolean;
  /** what is still open: at the end of a log, or when a live log has been quiet for a moment */
  flush(): readonly DnsmasqLogRecord[];
}

/** Every record of a whole log, in the order in which they end. */
export function parseDnsmasqLog(lines: Iterable<string>): DnsmasqLogRecord[] {
  const reader = createDnsmasqLogReader();
  const records: DnsmasqLogRecord[] = [];
  for (const line of lines) records.push(...reader.push(line));
  records.push(...reader.flush());
  return records;
}

/** A reader for a log that is still being written. Lines that dnsmasq did not write are counted and skipped. */
export function createDnsmasqLogReader(): DnsmasqLogReader {
  const services = new Map<string, ServiceState>();
  const unwrapper = new Unwrapper();
  let lineNumber = 0;
  let isTranslated = false;
  const parts = new RememberedParts();
  const translate = (message: string): string | undefined => {
    const english = toEnglish(message);
    isTranslated ||= english !== undefined;
    return english;
  };

  const stateOf = (service: string): ServiceState => {
    let state = services.get(service);
    if (!state) {
      // the service that spoke first is forgotten first
      forgetOldest(services, MAX_SERVICES - 1);
      state = { block: undefined, abort: undefined };
      services.set(service, state);
    }
    return state;
  };

  const read = (unwrapped: LogLine, line: number): readonly DnsmasqLogRecord[] => {
    const state = stateOf(unwrapped.service ?? '');
    return readMessage(state, unwrapped.message, { source: unwrapped, line }, { parts, translate });
  };

  return {
    push(line) {
      lineNumber++;
      const ours = unwrapper.push(line, lineNumber).filter(({ program }) => program?.startsWith('dnsmasq'));
      return ours.flatMap((unwrapped) => read(unwrapped, lineNumber));
    },
    read,
    get isTranslated() {
      return isTranslated;
    },
    flush() {
      const records: DnsmasqLogRecord[] = [];
      for (const state of services.values()) records.push(...closeBlock(state), ...closeAbort(state));
      return records;
    },
  };
}

interface Place {
  readonly source: LogLine;
  /** the number that its records get */
  readonly line: number;
}

function originOf({ source: { message, stamp, time, service, pid }, line }: Place): RecordOrigin {
  return { line, lastLine: line, text: message, stamp, time, service, pid };
}

interface Meaning {
  readonly parts: RememberedParts;
  readonly translate?: (message: string) => string | undefined;
}

const NOTHING: readonly DnsmasqLogRecord[] = [];

function readMessage(
  state: ServiceState,
  message: string,
  place: Place,
  { parts, translate }: Meaning,
): readonly DnsmasqLogRecord[] {
  const xidEnd = endOfXid(message);
  const xid = xidEnd === 0 ? undefined : Number(message.slice(0, xidEnd));
  const part = parts.read(xid === undefined ? message : message.slice(xidEnd + 1));
  // whoever pasted the log may have taken the transaction numbers away: then order alone tells the packets apart
  const belongs =
    xid !== undefined || (part !== undefined && (part.part !== 'packet' || isNameless(state.block)));
  if (part && belongs) {
    const before = joined(closeAbort(state), addToBlock(state, xid, part, place));
    // dnsmasq's own dots shorten bytes; others stand for what a screen had no room for
    if (state.block && isCutShort(message) && !(part.part === 'sent' && part.option.isElided))
      state.block.isCut = true;
    return before;
  }
  // without log-dhcp only the packet lines are written: each stands alone
  if (part?.part === 'packet') {
    const alone = new PacketBlock(undefined, originOf(place));
    alone.add(part, place.line);
    return [...closeAbort(state), ...closeBlock(state), alone.closed()];
  }
  const simple = withOrigin(parseSimpleMessage(message), place);
  if (simple.kind === 'note') {
    const english = simple.isKnown ? undefined : translate?.(message);
    if (english !== undefined) return readMessage(state, english, place, { parts });
    if (xid !== undefined && state.block?.xid === xid) {
      // a line of this packet that says nothing, or something unknown
      if (!simple.isKnown) state.block.isCut = true;
      return [simple];
    }
  }
  const finished = closeBlock(state);
  if (simple.kind !== 'tftp') return [...finished, ...closeAbort(state), simple];
  return joined(finished, readTftp(state, simple));
}

/** Of transfers there are very many: their fields are written in one order. */
function withOrigin(said: SimpleMessage, place: Place): DnsmasqLogRecord {
  if (said.kind !== 'tftp') return { ...originOf(place), ...said };
  const { line } = place;
  const { message: text, stamp, time, service, pid } = place.source;
  const { kind, outcome, path, client, errorCode, reason } = said;
  return {
    line,
    lastLine: line,
    text,
    stamp,
    time,
    service,
    pid,
    kind,
    outcome,
    path,
    client,
    errorCode,
    reason,
  };
}

const MAX_XID_DIGITS = 10;

/** Where the transaction number at the beginning of a message ends, which a blank follows; 0 when there is none. */
function endOfXid(message: string): number {
  let end = 0;
  while (end <= MAX_XID_DIGITS && isDigit(message.charCodeAt(end))) end++;
  return end <= MAX_XID_DIGITS && message.charCodeAt(end) === CODE_OF_BLANK ? end : 0;
}

const CODE_OF_BLANK = 32;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Most lines complete nothing. */
function joined(
  first: readonly DnsmasqLogRecord[],
  second: readonly DnsmasqLogRecord[],
): readonly DnsmasqLogRecord[] {
  if (first.length === 0) return second;
  return second.length === 0 ? first : [...first, ...second];
}

/** Pairs `error N … received from IP` with the line after it, which names the file. */
function readTftp(state: ServiceState, record: TftpRecord): readonly DnsmasqLogRecord[] {
  const abort = state.abort;
  if (abort && (record.outcome === 'sent' || record.outcome === 'failed') && record.client === abort.client) {
    state.abort = undefined;
    return [{ ...abort, lastLine: record.line, path: record.path ?? abort.path }];
  }
  const before = closeAbort(state);
  if (record.errorCode === undefined) return joined(before, [record]);
  state.abort = record;
  return before;
}

function closeAbort(state: ServiceState): readonly DnsmasqLogRecord[] {
  const { abort } = state;
  if (!abort) return NOTHING;
  state.abort = undefined;
  return [abort];
}

/** A packet whose transaction number was taken away, with its class seen and its packet line still to come. */
function isNameless(block: PacketBlock | undefined): boolean {
  return block !== undefined && block.xid === undefined;
}

function addToBlock(
  state: ServiceState,
  xid: number | undefined,
  part: BlockPart,
  place: Place,
): readonly DnsmasqLogRecord[] {
  const before = state.block?.isEndedBy(xid, part) === true ? closeBlock(state) : NOTHING;
  state.block ??= new PacketBlock(xid, originOf(place));
  state.block.add(part, place.line);
  return before;
}

function closeBlock(state: ServiceState): readonly DnsmasqLogRecord[] {
  const { block } = state;
  if (!block) return NOTHING;
  state.block = undefined;
  return [block.closed()];
}
