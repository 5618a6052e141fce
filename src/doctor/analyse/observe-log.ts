import type { LogLine } from '../../protocol/log-lines/log-line.ts';
import { findMessage } from '../../protocol/log-lines/known-message.ts';
import { toEnglish } from '../../protocol/dnsmasq-log/to-english.ts';
import { createDnsmasqLogReader } from '../../protocol/dnsmasq-log/log-reader.ts';
import type {
  DnsmasqLogRecord,
  ExchangeRecord,
  ProblemRecord,
  TftpRecord,
} from '../../protocol/dnsmasq-log/record.ts';
import { LineTally } from '../read/line-tally.ts';
import { ServerLogObserver } from './observe-servers.ts';
import { ForeignLines } from './foreign-lines.ts';
import { serverOf, type ReadServer } from '../../protocol/server-logs/programs.ts';
import { AddressClashes } from './address-clashes.ts';
import { AnsweredInterfaces } from './answered-interfaces.ts';
import { AddressSeekers } from './address-seekers.ts';
import { Ipv6Boots } from './ipv6-boots.ts';
import { LogClients } from './log-clients.ts';
import { ObservationBuilder } from './observation-builder.ts';
import { LogReplies } from './read-log-reply.ts';
import { RecentLines } from './recent-lines.ts';
import { isPxeLine, requestType, TFTP_OUTCOMES, withoutRoot } from './record-values.ts';
import type { Limit, Observations, RequestSeen, ServerProblem } from './observation.ts';

const MAX_PROBLEMS = 100;

type ServerFacts = { -readonly [K in keyof Observations['server']]: Observations['server'][K] };

/** Reads a dnsmasq log line by line into observations; memory for the clients and a few hundred lines. */
export class LogObserver {
  readonly #reader = createDnsmasqLogReader();
  readonly #builder = new ObservationBuilder(() => this.#soFar());
  readonly #seekers = new AddressSeekers();
  readonly #others = new ServerLogObserver(this.#builder, this.#seekers);
  readonly #clients = new LogClients((key) => this.#builder.has(key));
  readonly #tally = new LineTally();
  readonly #programs = new Set<string>();
  readonly #foreign = new ForeignLines(this.#tally, (address) => this.#builder.knows(address));
  #otherDhcp: string | undefined;
  readonly #ipv6 = new Ipv6Boots();
  readonly #recent = new RecentLines();
  readonly #replies = new LogReplies(this.#recent);
  readonly #clashes = new AddressClashes();
  readonly #answered = new AnsweredInterfaces();
  readonly #problems: ServerProblem[] = [];
  readonly #server: ServerFacts = {};
  /** the log names no programs: `journalctl -o cat` */
  #isNameless: boolean | undefined;
  #lastLine = 0;
  #firstTimeMs: number | undefined;
  #lastTimeMs: number | undefined;

  /** One line without its wrappings. `count`: lines of the file up to it. */
  push(line: LogLine): void {
    const number = this.#recent.add(line);
    this.#lastLine = Math.max(this.#lastLine, line.line);
    const server = serverOf(line.program, line.message);
    if (server) return this.#takeOther(server, line, number);
    if (!this.#isDnsmasq(line)) return this.#takeForeign(line);
    this.#programs.add('dnsmasq');
    this.#ipv6.take(line);
    for (const record of this.#reader.read(line, number)) this.#take(record);
  }

  /** Lines of other programs that were not even looked at. */
  passOver(from: number, count: number, example: string): void {
    this.#tally.add('lines of other programs', from, example, false, count);
  }

  /** `lineCount`: lines of the whole file */
  finish(lineCount = this.#lastLine): Observations {
    for (const record of this.#reader.flush()) this.#take(record);
    this.#builder.end();
    const settled = this.#builder.settled();
    return {
      ...this.#soFar(),
      clients: this.#builder.clients(),
      ...(settled === undefined ? {} : { settled }),
      readCount: lineCount,
      passedOver: this.#tally.passedOver(),
      limits: this.#limits(),
      ...(this.#programs.size === 0 ? {} : this.#sourceOf()),
    };
  }

  #sourceOf(): Pick<Observations, 'source' | 'programs'> {
    return { source: `log of ${[...this.#programs].join(', ')}`, programs: [...this.#programs] };
  }

  #soFar(): Omit<Observations, 'clients'> {
    return {
      vantage: 'server-log',
      server: {
        ...this.#server,
        ...(this.#otherDhcp !== undefined && this.#others.unidentifiedCount > 0
          ? { otherDhcp: this.#otherDhcp }
          : {}),
      },
      problems: [
        ...this.#answered.settle(
          this.#seekers.hasGiven ? this.#problems.filter(isNoIdleInterface) : this.#problems,
        ),
        ...this.#foreign.problems(),
      ],
      ...(this.#firstTimeMs === undefined ? {} : { firstTimeMs: this.#firstTimeMs }),
      ...(this.#lastTimeMs === undefined ? {} : { lastTimeMs: this.#lastTimeMs }),
      readCount: this.#lastLine,
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
        this.#server.versionEvidence = this.#recent.quote(record.line);
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
        if (record.problem === 'pxe-menu-too-large' || (record.problem === 'other' && !isAside(record)))
          return this.#passOverRecord(record, 'lines of dnsmasq that tell of a failure');
        return this.#addProblem({ ...record, words: record.text }, record.line);
      case 'note':
        if (!record.isKnown) this.#passOverRecord(record);
        return;
      case 'compile-options':
      case 'stopped':
        return;
    }
  }

  #takeOther({ name, parse, isDhcp }: ReadServer, line: LogLine, number: number): void {
    const event = parse(line.message);
    this.#programs.add(name);
    if (isDhcp) this.#server.leases = true;
    if (isDhcp) this.#otherDhcp ??= name;
    if (event.kind === 'tftp') this.#server.servesTftp = true;
    const timeMs = line.time === undefined ? undefined : Date.parse(line.time);
    this.#firstTimeMs ??= timeMs;
    this.#lastTimeMs = timeMs ?? this.#lastTimeMs;
    switch (event.kind) {
      case 'problem':
        return this.#addProblem({ ...event, server: name }, number);
      case 'complaint':
        return this.#tally.add(`lines of ${name} that tell of a failure`, line.line, line.text, true);
      case 'abandoned':
        return this.#clashes.takeAbandoned(name, event);
      default:
        this.#others.take(event, name, line, timeMs);
    }
  }

  #addProblem(
    {
      problem,
      subject,
      server,
      words,
    }: { problem: string; subject?: string; server?: string; words?: string },
    number: number,
  ): void {
    if (this.#problems.length >= MAX_PROBLEMS) return;
    this.#problems.push({
      evidence: this.#recent.quote(number),
      problem,
      ...(words === undefined ? {} : { words }),
      ...(subject === undefined ? {} : { subject }),
      ...(server === undefined ? {} : { server }),
    });
  }

  #takeForeign(line: LogLine): void {
    const name = this.#foreign.take(line);
    if (name !== undefined) this.#programs.add(name);
  }

  #limits(): readonly Limit[] {
    const untaken = this.#builder.clients().length === 0 ? this.#seekers.untakenOffers : [];
    return [
      ...this.#foreign.limits(),
      ...untaken,
      ...this.#seekers.withoutLease,
      ...this.#clashes.limits(),
      ...this.#ipv6.limits(),
    ];
  }

  #passOverRecord({ line, text }: DnsmasqLogRecord, why?: string): void {
    const source = this.#recent.lineOf(line);
    const isNamed = source?.program !== undefined;
    const what = isNamed ? 'lines of dnsmasq that doctor does not know' : 'lines of other programs';
    this.#tally.add(why ?? what, source?.line ?? line, source?.text ?? text, isNamed || why !== undefined);
  }

  #takeExchange(record: ExchangeRecord, timeMs: number | undefined): void {
    this.#clashes.take(record);
    if (record.reply !== undefined || (isPxeLine(record) && !record.isIgnored))
      this.#answered.take(record.interfaceName);
    this.#takeSeeker(record);
    const who = this.#clients.identify(record);
    if (who === undefined) {
      if (record.sent.length > 0) this.#server.plainDhcpCount = (this.#server.plainDhcpCount ?? 0) + 1;
      return;
    }
    if (who === 'boots-nothing') {
      const count = record.xid === undefined ? 'unidentifiedDhcpCount' : 'plainDhcpCount';
      this.#server[count] = (this.#server[count] ?? 0) + 1;
      return;
    }
    const time = timeMs === undefined ? {} : { timeMs };
    if (record.xid !== undefined) this.#server.logsAnswers = true;
    if (record.interfaceName !== undefined) this.#server.interfaceName ??= record.interfaceName;
    const port = record.port ?? 67;
    const request: RequestSeen = {
      evidence:
        this.#recent.quoteIfKept(record.told.vendorClass) ??
        this.#recent.quoteIfKept(record.told.packet) ??
        this.#recent.quote(record.line),
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
    this.#clients.wasAnswered(who.key);
    const reply = this.#replies.read(record, port, record.reply);
    if (reply.server !== undefined) this.#server.address ??= reply.server;
    this.#builder.reply(who.key, { ...reply, ...time });
  }

  #takeSeeker({ mac, macText, message, reply, xid, remark, isProxy }: ExchangeRecord): void {
    const who = mac ?? macText;
    if (who === undefined || isProxy) return;
    const about = { who, server: 'dnsmasq', remark };
    // log-dhcp tells of the question and of the answer in one block
    if (reply === undefined || xid !== undefined) this.#seekers.take({ ...about, message });
    if (reply !== undefined) this.#seekers.take({ who, server: 'dnsmasq', message: reply });
  }

  #takeTftp(record: TftpRecord, timeMs: number | undefined): void {
    this.#server.servesTftp = true;
    const path = withoutRoot(record.path ?? '', this.#server.tftpRoot);
    this.#builder.tftp(record.client, undefined, {
      evidence: this.#recent.quote(record.line),
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
}

/** A server that answers on one interface says of the others that it has no addresses for them. */
function isNoIdleInterface({ problem, server }: ServerProblem): boolean {
  return problem !== 'no-address-range' || server === undefined;
}

/** A warning, or a failure of its DNS side. */
function isAside({ severity, text }: ProblemRecord): boolean {
  return (
    severity === 'warning' ||
    /\b(?:names|hosts|resolv|ethers|DNS\w*|D-?Bus|upstream|send packet)\b/i.test(text)
  );
}
