import { DHCP_OPTION } from '../dhcp/option-codes.ts';
import type { BlockPart, PacketPart } from './message.ts';
import type { ClientMessage, ExchangeRecord, RecordOrigin, SentOption } from './record.ts';

/** Blocks of one packet are shorter; a longer one is cut so that a strange log cannot fill the memory. */
const MAX_BLOCK_LINES = 200;

/** The lines about one packet, put together as they come. */
export class PacketBlock {
  readonly xid: number | undefined;
  /** a line in it was cut, or is not known */
  isCut = false;
  readonly #origin: RecordOrigin;
  #lines = 0;
  #lastLine: number;
  #message: ClientMessage = 'unknown';
  #interfaceName: string | undefined;
  #mac: ExchangeRecord['mac'];
  #macText: string | undefined;
  #address: ExchangeRecord['address'];
  #vendorClass: string | undefined;
  #architecture: number | undefined;
  #userClass: string | undefined;
  #hostName: string | undefined;
  #tags: readonly string[] = [];
  #requestedOptions: readonly number[] = [];
  #isIgnored = false;
  #isProxy = false;
  #isBroadcast = false;
  #remark: string | undefined;
  #bootFile: string | undefined;
  #serverName: string | undefined;
  #nextServer: string | undefined;
  #reply: ExchangeRecord['reply'];
  readonly #sent: SentOption[] = [];
  #packetLine: number | undefined;
  #vendorClassLine: number | undefined;
  #bootFileLine: number | undefined;
  #nextServerLine: number | undefined;
  #option67Line: number | undefined;
  #option43Line: number | undefined;

  constructor(xid: number | undefined, origin: RecordOrigin) {
    this.xid = xid;
    this.#origin = origin;
    this.#lastLine = origin.line;
  }

  /** dnsmasq handles one packet after the other, and repeats the xid when the client does. */
  isEndedBy(xid: number | undefined, part: BlockPart): boolean {
    if (this.xid !== xid || this.#lines >= MAX_BLOCK_LINES) return true;
    const hasPacketLine = this.#message !== 'unknown';
    if (part.part === 'available') return hasPacketLine || this.#vendorClass !== undefined;
    if (part.part === 'vendor-class' || part.part === 'user-class') return hasPacketLine;
    // a client's packet line after another packet line; the lines of our own answers belong to the block
    return part.part === 'packet' && hasPacketLine && part.reply === undefined;
  }

  add(part: BlockPart, line: number): void {
    this.#lastLine = line;
    this.#lines++;
    switch (part.part) {
      case 'available':
        return;
      case 'packet':
        this.#packetLine ??= line;
        return this.#addPacket(part);
      case 'vendor-class':
        this.#vendorClassLine ??= line;
        this.#vendorClass = part.value;
        this.#architecture = part.architecture ?? this.#architecture;
        return;
      case 'user-class':
        this.#userClass = part.value;
        return;
      case 'host-name':
        this.#hostName = part.value;
        return;
      case 'tags':
        this.#tags = part.values;
        return;
      case 'requested':
        this.#requestedOptions =
          this.#requestedOptions.length === 0 ? part.codes : [...this.#requestedOptions, ...part.codes];
        return;
      case 'boot-file':
        this.#bootFileLine ??= line;
        this.#bootFile = part.value;
        return;
      case 'server-name':
        this.#serverName = part.value;
        return;
      case 'next-server':
        this.#nextServerLine ??= line;
        this.#nextServer = part.value;
        return;
      case 'broadcast':
        this.#isBroadcast = true;
        return;
      case 'sent':
        if (part.option.code === DHCP_OPTION.bootFileName) this.#option67Line ??= line;
        if (part.option.code === DHCP_OPTION.vendorSpecific) this.#option43Line ??= line;
        this.#sent.push(part.option);
        return;
    }
  }

  #addPacket(part: PacketPart): void {
    // the line of our answer must not turn the client's INFORM into a REQUEST
    if (this.#message === 'unknown') this.#message = part.message;
    this.#interfaceName = part.interfaceName;
    this.#isIgnored ||= part.isIgnored;
    this.#isProxy ||= part.isProxy;
    this.#address = part.address ?? this.#address;
    this.#mac = part.mac ?? this.#mac;
    this.#macText = part.macText ?? this.#macText;
    this.#reply = part.reply ?? this.#reply;
    if (part.message === 'pxe-boot-server' && part.remark !== undefined) this.#bootFile = part.remark;
    else this.#remark = part.remark ?? this.#remark;
  }

  closed(): ExchangeRecord {
    const messageType = this.#sent.find(({ code }) => code === DHCP_OPTION.messageType)?.text;
    const reply = this.#reply ?? (messageType === undefined ? undefined : REPLIES[messageType]);
    const isPxe = this.#message === 'pxe' || this.#message === 'pxe-boot-server';
    // a block that names a next server or options and no message type was cut in the middle
    const wasAnswering = this.#nextServer !== undefined || this.#isBroadcast || this.#sent.length > 0;
    const { line, text, stamp, time, service, pid } = this.#origin;
    // every field in the same order: a log may hold millions of packets
    return {
      line,
      lastLine: this.#lastLine,
      text,
      stamp,
      time,
      service,
      pid,
      kind: 'exchange',
      xid: this.xid,
      message: this.#isProxy ? proxyMessage(reply) : this.#message,
      interfaceName: this.#interfaceName,
      mac: this.#mac,
      macText: this.#macText,
      address: this.#address,
      vendorClass: this.#vendorClass,
      userClass: this.#userClass,
      hostName: this.#hostName,
      architecture: this.#architecture,
      tags: this.#tags,
      requestedOptions: this.#requestedOptions,
      isIgnored: this.#isIgnored,
      remark: this.#remark,
      bootFile: this.#bootFile,
      serverName: this.#serverName,
      nextServer: this.#nextServer,
      isBroadcast: this.#isBroadcast,
      sent: this.#sent,
      reply,
      isProxy: this.#isProxy,
      isComplete: !this.isCut && this.#lines < MAX_BLOCK_LINES && !(wasAnswering && reply === undefined),
      told: {
        packet: this.#packetLine,
        vendorClass: this.#vendorClassLine,
        bootFile: this.#bootFileLine,
        nextServer: this.#nextServerLine,
        option67: this.#option67Line,
        option43: this.#option43Line,
      },
      port: isPxe ? this.#port(reply) : undefined,
    };
  }

  #port(reply: ExchangeRecord['reply']): 67 | 4011 | undefined {
    if (this.#message === 'pxe-boot-server') return 4011;
    if (reply === 'offer' || this.#isBroadcast) return 67;
    return reply === 'ack' ? 4011 : undefined;
  }
}

const REPLIES: Readonly<Record<string, ExchangeRecord['reply']>> = { '2': 'offer', '5': 'ack', '6': 'nak' };

/** In proxy mode dnsmasq answers a DISCOVER with an OFFER and a request to port 4011 with an ACK, nothing else. */
function proxyMessage(reply: ExchangeRecord['reply']): ClientMessage {
  if (reply === 'offer') return 'discover';
  return reply === 'ack' ? 'request' : 'pxe';
}
