import type { Evidence } from '../../model/finding.ts';
import type { Firmware } from '../../model/firmware.ts';
import { firmwareOf } from '../../plan/firmware-of.ts';
import { parseIpv4, UNSPECIFIED_IPV4, type Ipv4Address, type MacAddress } from '../../protocol/addresses.ts';
import type { LogLine } from '../../protocol/log-lines/log-line.ts';
import { findMessage } from '../../protocol/log-lines/known-message.ts';
import { toEnglish } from '../../protocol/dnsmasq-log/to-english.ts';
import { createDnsmasqLogReader } from '../../protocol/dnsmasq-log/log-reader.ts';
import type {
  DnsmasqLogRecord,
  ExchangeRecord,
  SentOption,
  TftpRecord,
} from '../../protocol/dnsmasq-log/record.ts';
import { DHCP_OPTION } from '../../protocol/dhcp/option-codes.ts';
import { parseVendorClass } from '../../protocol/pxe/vendor-class.ts';
import { LineTally } from '../read/line-tally.ts';
import { ObservationBuilder, type ClientIdentity } from './observation-builder.ts';
import type {
  Observations,
  Option43Seen,
  ReplySeen,
  RequestSeen,
  ServerProblem,
  TftpOutcome,
} from './observation.ts';

/** Lines kept to quote from: one packet's block is shorter. */
const QUOTABLE_LINES = 400;
const MAX_PROBLEMS = 100;

type ServerFacts = { -readonly [K in keyof Observations['server']]: Observations['server'][K] };

/** Reads a dnsmasq log line by line into observations; memory for the clients and a few hundred lines. */
export class LogObserver {
  readonly #reader = createDnsmasqLogReader();
  readonly #builder = new ObservationBuilder();
  readonly #tally = new LineTally();
  readonly #recent = new Map<number, LogLine>();
  readonly #problems: ServerProblem[] = [];
  readonly #server: ServerFacts = {};
  readonly #keyOfXids = new Map<number, string>();
  readonly #macTextOf = new Map<string, string>();
  #number = 0;
  /** the log names no programs: `journalctl -o cat` */
  #isNameless: boolean | undefined;
  #lastLine = 0;
  /** the client that was answered last */
  #lastKey: string | undefined;
  #lastVendorClass: string | undefined;
  #firstTimeMs: number | undefined;
  #lastTimeMs: number | undefined;

  /** One line without its wrappings. `count`: lines of the file up to it. */
  push(line: LogLine): void {
    const number = ++this.#number;
    this.#recent.set(number, line);
    this.#recent.delete(number - QUOTABLE_LINES);
    this.#lastLine = Math.max(this.#lastLine, line.line);
    if (!this.#isDnsmasq(line)) {
      this.#tally.add('lines of other programs', line.line, line.text, false);
      return;
    }
    for (const record of this.#reader.read(line, number)) this.#take(record);
  }

  /** `lineCount`: lines of the whole file */
  finish(lineCount = this.#lastLine): Observations {
    for (const record of this.#reader.flush()) this.#take(record);
    return {
      vantage: 'server-log',
      clients: this.#builder.clients(),
      server: this.#server,
      problems: this.#problems,
      ...(this.#firstTimeMs === undefined ? {} : { firstTimeMs: this.#firstTimeMs }),
      ...(this.#lastTimeMs === undefined ? {} : { lastTimeMs: this.#lastTimeMs }),
      readCount: lineCount,
      passedOver: this.#tally.passedOver(),
    };
  }

  #take(record: DnsmasqLogRecord): void {
    const timeMs = record.time === undefined ? undefined : Date.parse(record.time);
    this.#firstTimeMs ??= timeMs;
    this.#lastTimeMs = timeMs ?? this.#lastTimeMs;
    switch (record.kind) {
      case 'exchange':
        return this.#takeExchange(record, timeMs);
      case 'tftp':
        return this.#takeTftp(record, timeMs);
      case 'started':
        this.#server.dnsmasqVersion = record.version;
        this.#server.isDnsOn = record.isDnsOn;
        this.#server.versionEvidence = this.#quote(record.line);
        return;
      case 'context':
        if (record.mode === 'proxy') this.#server.isProxy = true;
        else {
          this.#server.leases = true;
          if (record.last !== undefined) this.#server.range ??= `${record.first} - ${record.last}`;
        }
        return;
      case 'tftp-root':
        this.#server.tftpRoot = record.root;
        this.#server.servesTftp = true;
        return;
      case 'problem':
        if (this.#problems.length >= MAX_PROBLEMS) return;
        this.#problems.push({
          evidence: this.#quote(record.line),
          problem: record.problem,
          ...(record.subject === undefined ? {} : { subject: record.subject }),
        });
        return;
      case 'note':
        if (!record.isKnown) this.#passOver(record);
        return;
      case 'compile-options':
      case 'stopped':
        return;
    }
  }

  #passOver({ line, text }: DnsmasqLogRecord): void {
    const source = this.#recent.get(line);
    const isNamed = source?.program !== undefined;
    const what = isNamed ? 'lines of dnsmasq that doctor does not know' : 'lines of other programs';
    this.#tally.add(what, source?.line ?? line, source?.text ?? text, isNamed);
  }

  #takeExchange(record: ExchangeRecord, timeMs: number | undefined): void {
    const who = this.#identify(record);
    if (!who) return;
    const time = timeMs === undefined ? {} : { timeMs };
    if (record.xid !== undefined) this.#server.logsAnswers = true;
    if (record.interfaceName !== undefined) this.#server.interfaceName ??= record.interfaceName;
    const port = record.port ?? 67;
    const request: RequestSeen = {
      evidence:
        this.#quoteFrom(record, /vendor class:/) ??
        this.#quoteFrom(record, /\([^)]+\)/) ??
        this.#quote(record.line),
      ...time,
      type: requestType(record),
      port,
      ...(port === 4011 && record.address !== undefined ? { clientAddress: record.address } : {}),
      ...(record.isIgnored ? { ignoredBecause: record.remark ?? 'ignored' } : {}),
      // dnsmasq writes its line PXE(…) when it answers, with log-dhcp and without
      ...(record.message !== 'unknown' && !record.isIgnored && isPxeLine(record)
        ? { wasAnswered: true }
        : {}),
      ...(record.isComplete ? {} : { isCut: true }),
    };
    this.#builder.request(who, request);
    if (record.reply === undefined) return;
    this.#lastKey = who.key;
    this.#builder.reply(who.key, { ...this.#readReply(record, port, record.reply), ...time });
  }

  #readReply(record: ExchangeRecord, port: 67 | 4011, type: 'offer' | 'ack' | 'nak'): ReplySeen {
    const sent = (code: number): SentOption | undefined => record.sent.find((option) => option.code === code);
    const server = addressOf(sent(DHCP_OPTION.serverId)?.text);
    if (server !== undefined) this.#server.address ??= server;
    const isProxy = record.message === 'pxe-boot-server' || this.#isProxyAnswer(record);
    const nextServer = addressOf(record.nextServer);
    const option43 = sent(DHCP_OPTION.vendorSpecific);
    const quotes = [
      /vendor class:/,
      /bootfile name:/,
      /next server:/,
      /option:\s*67 /,
      /option:\s*43 /,
    ].flatMap((pattern) => this.#quoteFrom(record, pattern) ?? []);
    return {
      evidence: quotes.at(-1) ?? this.#quote(record.lastLine),
      type,
      port,
      ...(server === undefined ? {} : { server }),
      ...(isProxy || record.address === undefined ? {} : { leasedAddress: record.address }),
      ...(nextServer === undefined ? {} : { nextServer }),
      ...(record.bootFile === undefined || record.bootFile === '' ? {} : { headerFile: record.bootFile }),
      ...(sent(DHCP_OPTION.bootFileName) === undefined
        ? {}
        : { optionFile: sent(DHCP_OPTION.bootFileName)?.text ?? '' }),
      ...(sent(DHCP_OPTION.vendorClass) === undefined
        ? {}
        : { vendorClass: vendorClassText(sent(DHCP_OPTION.vendorClass)) }),
      ...(option43 === undefined ? {} : { option43: readOption43(option43) }),
      quotes,
    };
  }

  #isProxyAnswer(record: ExchangeRecord): boolean {
    return this.#quoteFrom(record, /PXE\([^)]+\) .*\bproxy\b/) !== undefined;
  }

  /** People shorten MACs (`f4:4d:...`): what is left of it names the client then. */
  #identify(record: ExchangeRecord): ClientIdentity | undefined {
    const vendorClass =
      record.vendorClass ?? (record.message.startsWith('pxe') ? this.#lastVendorClass : undefined);
    if (record.vendorClass !== undefined) this.#lastVendorClass = record.vendorClass;
    const boot = parseVendorClass(vendorClass ?? '');
    const isIpxe = /\biPXE\b/.test(record.userClass ?? '') || record.tags.some((tag) => /^ipxe$/i.test(tag));
    // a packet that dnsmasq does not answer is logged without its sender
    const nameless =
      boot !== undefined && record.xid !== undefined ? this.#namelessKey(record.xid, boot.kind) : undefined;
    const key = record.mac ?? record.macText ?? this.#keyOfXid(record) ?? nameless;
    if (key === undefined) return undefined;
    const firmware = logFirmware(
      boot?.architecture ?? record.architecture,
      boot?.kind,
      isIpxe,
      record.mac ?? record.macText,
    );
    const isBoot = boot !== undefined || record.message.startsWith('pxe') || isIpxe;
    if (!isBoot && !this.#builder.has(key)) {
      if (record.xid === undefined)
        this.#server.unidentifiedDhcpCount = (this.#server.unidentifiedDhcpCount ?? 0) + 1;
      return undefined;
    }
    const architecture = boot?.architecture ?? record.architecture;
    const macText = record.mac === undefined ? (record.macText ?? this.#macTextOf.get(key)) : undefined;
    if (record.xid !== undefined) {
      this.#keyOfXids.set(record.xid, key);
      if (this.#keyOfXids.size > 2000) this.#keyOfXids.delete(this.#keyOfXids.keys().next().value ?? 0);
    }
    if (record.macText !== undefined) this.#macTextOf.set(key, record.macText);
    return {
      key,
      ...(record.mac === undefined ? {} : { mac: record.mac }),
      ...(macText === undefined ? {} : { macText }),
      firmware: isBoot ? firmware : 'system',
      architectures: architecture === undefined ? [] : [architecture],
      ...(vendorClass === undefined ? {} : { vendorClass }),
    };
  }

  /** Firmware whose PXE boot failed goes on with HTTP Boot: the same machine, most likely. */
  #namelessKey(xid: number, kind: 'PXEClient' | 'HTTPClient'): string {
    const last = this.#lastKey;
    return kind === 'HTTPClient' && last !== undefined ? last : `xid ${xid}`;
  }

  #keyOfXid(record: ExchangeRecord): string | undefined {
    return record.xid === undefined ? undefined : this.#keyOfXids.get(record.xid);
  }

  #takeTftp(record: TftpRecord, timeMs: number | undefined): void {
    this.#server.servesTftp = true;
    const path = withoutRoot(record.path ?? '', this.#server.tftpRoot);
    this.#builder.tftp(record.client, undefined, {
      evidence: this.#quote(record.line),
      ...(timeMs === undefined ? {} : { timeMs }),
      path,
      outcome: TFTP_OUTCOMES[record.outcome],
      ...(record.reason === undefined ? {} : { message: record.reason }),
    });
  }

  /** By its name, or where all names were left out by what some line says. */
  #isDnsmasq({ program, message }: LogLine): boolean {
    if (program !== undefined) {
      this.#isNameless ??= false;
      return program.startsWith('dnsmasq');
    }
    const isKnown = findMessage(message) === 0 || toEnglish(message) !== undefined;
    if (isKnown) this.#isNameless ??= true;
    return isKnown || this.#isNameless === true;
  }

  #quote(number: number): Evidence {
    const line = this.#recent.get(number);
    return { source: `log:${line?.line ?? number}`, text: (line?.text ?? '').slice(0, 200) };
  }

  #quoteFrom(record: ExchangeRecord, pattern: RegExp): Evidence | undefined {
    const xid = record.xid === undefined ? '' : String(record.xid);
    for (let number = record.line; number <= record.lastLine; number++) {
      const message = this.#recent.get(number)?.message;
      if (message?.includes(xid) && this.#matches(pattern, message)) return this.#quote(number);
    }
    return undefined;
  }

  #matches(pattern: RegExp, message: string): boolean {
    if (pattern.test(message)) return true;
    return this.#reader.isTranslated && pattern.test(toEnglish(message) ?? '');
  }
}

/** `PXE(…)`: dnsmasq's word for its own boot answer. */
function isPxeLine({ text, message }: ExchangeRecord): boolean {
  return /\bPXE\(/.test(text) || message === 'pxe' || message === 'pxe-boot-server';
}

const TFTP_OUTCOMES: Readonly<Record<TftpRecord['outcome'], TftpOutcome>> = {
  sent: 'done',
  failed: 'stalled',
  aborted: 'size-probe',
  'client-error': 'cancelled',
  missing: 'missing',
  denied: 'denied',
  unreadable: 'denied',
  unsupported: 'server-error',
};

function requestType(record: ExchangeRecord): RequestSeen['type'] {
  switch (record.message) {
    case 'discover':
    case 'request':
    case 'inform':
    case 'decline':
      return record.message;
    case 'pxe-boot-server':
      return 'request';
    case 'release':
    case 'pxe':
    case 'bootp':
    case 'unknown':
      return 'other';
  }
}

function logFirmware(
  architecture: number | undefined,
  kind: 'PXEClient' | 'HTTPClient' | undefined,
  isIpxe: boolean,
  mac: string | undefined,
): Firmware {
  return firmwareOf({
    // also of a shortened MAC the first half tells the maker
    mac: (mac ?? '00:00:00:00:00:00') as MacAddress,
    architectures: architecture === undefined ? [] : [architecture],
    ...(kind === undefined ? {} : { vendorClass: kind }),
    isIpxe,
    relayAddress: UNSPECIFIED_IPV4,
    clientAddress: UNSPECIFIED_IPV4,
  });
}

function readOption43(option: SentOption): Option43Seen {
  const prefix = /^((?:[0-9a-f]{2}:)*(?:[0-9a-f]{2})?)/i.exec(option.text)?.[1] ?? '';
  const digits = prefix.split(':').filter((byte) => byte !== '');
  return {
    bytes: option.bytes ?? Uint8Array.from(digits, (byte) => Number.parseInt(byte, 16)),
    sizeBytes: option.sizeBytes,
    isElided: option.bytes === undefined,
  };
}

/** dnsmasq writes option 60 as hex. */
function vendorClassText(option: SentOption | undefined): string {
  if (option?.bytes) return String.fromCharCode(...option.bytes);
  // the bytes of "PXE" at the beginning of a shortened value
  return option?.text.startsWith('50:58:45') === true ? 'PXEClient' : (option?.text ?? '');
}

function addressOf(text: string | undefined): Ipv4Address | undefined {
  const address = text === undefined ? undefined : parseIpv4(text);
  return address === UNSPECIFIED_IPV4 ? undefined : address;
}

function withoutRoot(path: string, root: string | undefined): string {
  if (root === undefined) return path;
  const folder = root.endsWith('/') ? root : `${root}/`;
  return path.startsWith(folder) ? path.slice(folder.length) : path;
}
