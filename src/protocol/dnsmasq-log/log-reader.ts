import {
  isCutShort,
  parseBlockPart,
  parseSimpleMessage,
  type BlockPart,
  type PacketPart,
} from './message.ts';
import { parseVendorClass } from '../pxe/vendor-class.ts';
import type { LogLine } from '../log-lines/log-line.ts';
import { Unwrapper } from '../log-lines/unwrapper.ts';
import { toEnglish } from './to-english.ts';
import type { ClientMessage, DnsmasqLogRecord, ExchangeRecord, RecordOrigin, TftpRecord } from './record.ts';

/** Blocks of one packet are shorter; a longer one is cut so that a strange log cannot fill the memory. */
const MAX_BLOCK_LINES = 200;
/** Services (containers, hosts) whose lines may be interleaved in one log. */
const MAX_SERVICES = 32;

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer I)[] ? I[] : T[K] };
type Block = Mutable<Omit<ExchangeRecord, 'isComplete' | 'port'>> & {
  lines: number;
  isProxy: boolean;
  isCut: boolean;
};

interface ServiceState {
  block?: Block;
  /** `error 8 … received from IP`: the next line tells which file, and calls it sent although it was not */
  abort?: TftpRecord;
}

/** Reads a dnsmasq log line by line, with memory for one packet per service. */
export interface DnsmasqLogReader {
  /** the records that this line completes */
  push(line: string): DnsmasqLogRecord[];
  /** the same for a line without its wrappings; `line` is the number that its records get */
  read(unwrapped: LogLine, line: number): DnsmasqLogRecord[];
  /** some line was in another language than English */
  readonly isTranslated: boolean;
  /** what is still open: at the end of a log, or when a live log has been quiet for a moment */
  flush(): DnsmasqLogRecord[];
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

  const stateOf = (service: string): ServiceState => {
    let state = services.get(service);
    if (!state) {
      // the service that spoke first is forgotten first
      const oldest = services.size >= MAX_SERVICES ? services.keys().next().value : undefined;
      if (oldest !== undefined) services.delete(oldest);
      state = {};
      services.set(service, state);
    }
    return state;
  };

  const read = (unwrapped: LogLine, line: number): DnsmasqLogRecord[] => {
    const state = stateOf(unwrapped.service ?? '');
    const origin = originOf(unwrapped, line);
    return readMessage(state, unwrapped.message, origin, (message) => {
      const english = toEnglish(message);
      isTranslated ||= english !== undefined;
      return english;
    });
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

function originOf(unwrapped: LogLine, line: number): RecordOrigin {
  const { message, stamp, time, service, pid } = unwrapped;
  return {
    line,
    lastLine: line,
    text: message,
    ...(stamp === undefined ? {} : { stamp }),
    ...(time === undefined ? {} : { time }),
    ...(service === undefined ? {} : { service }),
    ...(pid === undefined ? {} : { pid }),
  };
}

function readMessage(
  state: ServiceState,
  message: string,
  origin: RecordOrigin,
  translate?: (message: string) => string | undefined,
): DnsmasqLogRecord[] {
  const withXid = /^(\d{1,10}) (.*)$/.exec(message);
  const part = parseBlockPart(withXid?.[2] ?? message);
  // whoever pasted the log may have taken the transaction numbers away: then order alone tells the packets apart
  const belongs =
    withXid !== null || (part !== undefined && (part.part !== 'packet' || isNameless(state.block)));
  if (part && belongs) {
    const xid = withXid ? Number(withXid[1]) : undefined;
    const before = [...closeAbort(state), ...addToBlock(state, xid, part, origin)];
    // dnsmasq's own dots shorten bytes; others stand for what a screen had no room for
    if (state.block && isCutShort(message) && !(part.part === 'sent' && part.option.isElided))
      state.block.isCut = true;
    return before;
  }
  // without log-dhcp only the packet lines are written: each stands alone
  if (part?.part === 'packet') {
    return [...closeAbort(state), ...closeBlock(state), closed(openBlock(undefined, part, origin))];
  }
  const simple = { ...origin, ...parseSimpleMessage(message) };
  if (simple.kind === 'note') {
    const english = simple.isKnown ? undefined : translate?.(message);
    if (english !== undefined) return readMessage(state, english, origin);
    if (state.block !== undefined && withXid !== null && state.block.xid === Number(withXid[1])) {
      // a line of this packet that says nothing, or something unknown
      if (!simple.isKnown) state.block.isCut = true;
      return [simple];
    }
  }
  const finished = closeBlock(state);
  if (simple.kind !== 'tftp') return [...finished, ...closeAbort(state), simple];
  return [...finished, ...readTftp(state, simple)];
}

/** Pairs `error N … received from IP` with the line after it, which names the file. */
function readTftp(state: ServiceState, record: TftpRecord): DnsmasqLogRecord[] {
  const abort = state.abort;
  if (abort && (record.outcome === 'sent' || record.outcome === 'failed') && record.client === abort.client) {
    delete state.abort;
    const { path } = record;
    return [{ ...abort, lastLine: record.line, ...(path === undefined ? {} : { path }) }];
  }
  const before = closeAbort(state);
  if (record.errorCode === undefined) return [...before, record];
  state.abort = record;
  return before;
}

function closeAbort(state: ServiceState): DnsmasqLogRecord[] {
  const { abort } = state;
  delete state.abort;
  return abort ? [abort] : [];
}

/** A packet whose transaction number was taken away, with its class seen and its packet line still to come. */
function isNameless(block: Block | undefined): boolean {
  return block !== undefined && block.xid === undefined;
}

function addToBlock(
  state: ServiceState,
  xid: number | undefined,
  part: BlockPart,
  origin: RecordOrigin,
): DnsmasqLogRecord[] {
  const before = state.block && beginsNewBlock(state.block, xid, part) ? closeBlock(state) : [];
  if (state.block) addPart(state.block, part, origin.line);
  else state.block = openBlock(xid, part, origin);
  return before;
}

/** dnsmasq handles one packet after the other, and repeats the xid when the client does. */
function beginsNewBlock(block: Block, xid: number | undefined, part: BlockPart): boolean {
  if (block.xid !== xid || block.lines >= MAX_BLOCK_LINES) return true;
  const hasPacketLine = block.message !== 'unknown';
  if (part.part === 'available') return hasPacketLine || block.vendorClass !== undefined;
  if (part.part === 'vendor-class' || part.part === 'user-class') return hasPacketLine;
  // a client's packet line after another packet line; the lines of our own answers belong to the block
  return part.part === 'packet' && hasPacketLine && part.reply === undefined;
}

function openBlock(xid: number | undefined, part: BlockPart, origin: RecordOrigin): Block {
  const block: Block = {
    ...origin,
    kind: 'exchange',
    message: 'unknown',
    tags: [],
    requestedOptions: [],
    isIgnored: false,
    isBroadcast: false,
    sent: [],
    lines: 0,
    isProxy: false,
    isCut: false,
    ...(xid === undefined ? {} : { xid }),
  };
  addPart(block, part, origin.line);
  return block;
}

function addPart(block: Block, part: BlockPart, line: number): void {
  block.lastLine = line;
  block.lines++;
  switch (part.part) {
    case 'available':
      return;
    case 'packet':
      return addPacket(block, part);
    case 'vendor-class': {
      block.vendorClass = part.value;
      const architecture = parseVendorClass(part.value)?.architecture;
      if (architecture !== undefined) block.architecture = architecture;
      return;
    }
    case 'user-class':
      block.userClass = part.value;
      return;
    case 'host-name':
      block.hostName = part.value;
      return;
    case 'tags':
      block.tags = [...part.values];
      return;
    case 'requested':
      block.requestedOptions.push(...part.codes);
      return;
    case 'boot-file':
      block.bootFile = part.value;
      return;
    case 'server-name':
      block.serverName = part.value;
      return;
    case 'next-server':
      block.nextServer = part.value;
      return;
    case 'broadcast':
      block.isBroadcast = true;
      return;
    case 'sent':
      block.sent.push(part.option);
      return;
  }
}

function addPacket(block: Block, part: PacketPart): void {
  // the line of our answer must not turn the client's INFORM into a REQUEST
  if (block.message === 'unknown') block.message = part.message;
  block.interfaceName = part.interfaceName;
  block.isIgnored ||= part.isIgnored;
  block.isProxy ||= part.isProxy;
  if (part.address !== undefined) block.address = part.address;
  if (part.mac !== undefined) block.mac = part.mac;
  if (part.macText !== undefined) block.macText = part.macText;
  if (part.reply !== undefined) block.reply = part.reply;
  if (part.message === 'pxe-boot-server' && part.remark !== undefined) block.bootFile = part.remark;
  else if (part.remark !== undefined) block.remark = part.remark;
}

function closeBlock(state: ServiceState): DnsmasqLogRecord[] {
  const { block } = state;
  delete state.block;
  return block ? [closed(block)] : [];
}

const REPLIES: Readonly<Record<string, ExchangeRecord['reply']>> = { '2': 'offer', '5': 'ack', '6': 'nak' };

function closed(block: Block): ExchangeRecord {
  const { lines, isProxy, isCut, ...exchange } = block;
  const messageType = block.sent.find((option) => option.code === 53)?.text;
  const reply = exchange.reply ?? (messageType === undefined ? undefined : REPLIES[messageType]);
  const isPxe = block.message === 'pxe' || block.message === 'pxe-boot-server';
  // a block that names a next server or options and no message type was cut in the middle
  const wasAnswering = block.nextServer !== undefined || block.isBroadcast || block.sent.length > 0;
  const message = isProxy ? proxyMessage(reply) : block.message;
  const port = isPxe ? portOf(block, reply) : undefined;
  return {
    ...exchange,
    message,
    isComplete: !isCut && lines < MAX_BLOCK_LINES && !(wasAnswering && reply === undefined),
    ...(reply === undefined ? {} : { reply }),
    ...(port === undefined ? {} : { port }),
  };
}

/** In proxy mode dnsmasq answers a DISCOVER with an OFFER and a request to port 4011 with an ACK, nothing else. */
function proxyMessage(reply: ExchangeRecord['reply']): ClientMessage {
  if (reply === 'offer') return 'discover';
  return reply === 'ack' ? 'request' : 'pxe';
}

function portOf(block: Block, reply: ExchangeRecord['reply']): 67 | 4011 | undefined {
  if (block.message === 'pxe-boot-server') return 4011;
  if (reply === 'offer' || block.isBroadcast) return 67;
  return reply === 'ack' ? 4011 : undefined;
}
