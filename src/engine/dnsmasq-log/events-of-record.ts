import type { EventDetail, NewBootEvent } from '../../model/boot-event.ts';
import type { ClientFacts } from '../../model/client-facts.ts';
import type { Firmware } from '../../model/firmware.ts';
import { firmwareOf } from '../../plan/firmware-of.ts';
import { UNSPECIFIED_IPV4, type MacAddress } from '../../protocol/addresses.ts';
import type { DnsmasqLogRecord, ExchangeRecord, TftpRecord } from '../../protocol/dnsmasq-log/record.ts';

export interface RecordReading {
  /** what dnsmasq writes in front of every TFTP path; learnt from its `TFTP root is` line when absent */
  readonly tftpRoot?: string;
  /** whose packet it was, when the block itself does not say (an unanswered one names no MAC) */
  readonly macOfXid?: (xid: number) => MacAddress | undefined;
}

/** What a record of dnsmasq's log means, in the words that the built-in servers use. Pure. */
export function eventsOfRecord(record: DnsmasqLogRecord, reading: RecordReading = {}): NewBootEvent[] {
  const at = record.time === undefined ? {} : { time: record.time };
  switch (record.kind) {
    case 'exchange':
      return eventsOfExchange(record, reading).map((event) => ({ ...at, ...event }));
    case 'tftp':
      return [{ ...at, ...eventOfTftp(record, reading.tftpRoot) }];
    case 'problem':
      return [
        {
          ...at,
          type: record.severity === 'error' ? 'engine.error' : 'engine.warning',
          detail: { message: `dnsmasq: ${record.text}`, reason: record.problem },
        },
      ];
    case 'started':
    case 'compile-options':
    case 'context':
    case 'tftp-root':
    case 'stopped':
    case 'note':
      return [];
  }
}

/** The firmware that a logged packet came from; undefined when the log names no architecture. */
export function firmwareOfExchange(record: ExchangeRecord): Firmware | undefined {
  const isIpxe = record.userClass === 'iPXE' || record.tags.includes('ipxe');
  if (record.architecture === undefined) return isIpxe ? 'ipxe' : undefined;
  const facts: ClientFacts = {
    mac: record.mac ?? ('00:00:00:00:00:00' as MacAddress),
    architectures: [record.architecture],
    isIpxe,
    relayAddress: UNSPECIFIED_IPV4,
    clientAddress: UNSPECIFIED_IPV4,
    ...(record.vendorClass === undefined ? {} : { vendorClass: record.vendorClass }),
    ...(record.userClass === undefined ? {} : { userClass: record.userClass }),
  };
  return firmwareOf(facts);
}

function eventsOfExchange(record: ExchangeRecord, reading: RecordReading): NewBootEvent[] {
  const firmware = firmwareOfExchange(record);
  const mac = record.mac ?? (record.xid === undefined ? undefined : reading.macOfXid?.(record.xid));
  const about = {
    ...(mac === undefined ? {} : { mac }),
    ...(record.interfaceName === undefined ? {} : { interfaceName: record.interfaceName }),
    ...(firmware === undefined ? {} : { firmware }),
  };
  const asked = detailOfRequest(record);
  if (record.isIgnored) {
    const reason = firmware === 'unknown' ? 'unknown-architecture' : 'not-for-us';
    return [{ type: 'dhcp.ignored', ...about, detail: { ...asked, reason } }];
  }
  switch (record.message) {
    case 'unknown':
      // the client's REQUEST to the router, part of every healthy boot beside one; dnsmasq logs no more than its class
      return record.vendorClass === undefined ? [] : [{ type: 'dhcp.request', ...about, detail: asked }];
    case 'release':
    case 'decline':
    case 'bootp':
      return [];
    case 'discover':
    case 'request':
    case 'inform':
    case 'pxe':
    case 'pxe-boot-server':
      break;
  }
  const isDiscover = record.message === 'discover' || record.message === 'pxe';
  const events: NewBootEvent[] = [];
  // without log-dhcp the answer is a record of its own: its request was told before
  const repeatsRequest = record.reply !== undefined && record.xid === undefined;
  if (!repeatsRequest) {
    events.push({ type: isDiscover ? 'dhcp.discover' : 'dhcp.request', ...about, detail: asked });
  }
  if (record.reply !== undefined) {
    const ip = record.address === undefined ? {} : { ip: record.address };
    events.push({ type: `dhcp.${record.reply}`, ...about, ...ip, detail: detailOfReply(record) });
  }
  return events;
}

function detailOfRequest(record: ExchangeRecord): EventDetail {
  return {
    ...portAndXid(record),
    ...(record.vendorClass === undefined ? {} : { vendorClass: record.vendorClass }),
    ...(record.userClass === undefined ? {} : { userClass: record.userClass }),
    ...(record.architecture === undefined ? {} : { architectures: String(record.architecture) }),
    ...(record.mac === undefined && record.macText !== undefined ? { macText: record.macText } : {}),
  };
}

function detailOfReply(record: ExchangeRecord): EventDetail {
  const option43 = record.sent.find((option) => option.code === 43);
  return {
    ...portAndXid(record),
    ...(record.bootFile === undefined ? {} : { file: record.bootFile }),
    ...(record.serverName === undefined ? {} : { serverName: record.serverName }),
    ...(record.nextServer === undefined ? {} : { nextServer: record.nextServer }),
    options: record.sent.map((option) => option.code).join(','),
    ...(option43 === undefined ? {} : { option43: option43.text }),
    ...(record.remark === undefined ? {} : { message: record.remark }),
  };
}

function portAndXid(record: ExchangeRecord): EventDetail {
  // leases are given on 67 alone; in proxy mode the record itself tells
  const port = record.port ?? (record.message === 'pxe' ? undefined : 67);
  return {
    ...(port === undefined ? {} : { port }),
    ...(record.xid === undefined ? {} : { xid: record.xid.toString(16).padStart(8, '0') }),
  };
}

const TFTP_EVENTS = {
  sent: 'tftp.done',
  failed: 'tftp.error',
  aborted: 'tftp.aborted',
  'client-error': 'tftp.aborted',
  missing: 'tftp.missing',
  denied: 'tftp.error',
  unreadable: 'tftp.error',
  unsupported: 'tftp.error',
} as const;

const TFTP_REASONS = {
  sent: undefined,
  failed: 'timeout',
  aborted: 'client-error',
  'client-error': 'client-error',
  missing: undefined,
  denied: 'access-denied',
  unreadable: 'read-failed',
  unsupported: 'mode-refused',
} as const;

function eventOfTftp(record: TftpRecord, tftpRoot: string | undefined): NewBootEvent {
  const reason = TFTP_REASONS[record.outcome];
  const code = record.errorCode === undefined ? '' : `error ${record.errorCode} `;
  const message = `${code}${record.reason ?? ''}`.trim();
  return {
    type: TFTP_EVENTS[record.outcome],
    ...(record.client === undefined ? {} : { ip: record.client }),
    detail: {
      ...(record.path === undefined ? {} : { path: pathBelowRoot(record.path, tftpRoot) }),
      ...(reason === undefined ? {} : { reason }),
      ...(message === '' ? {} : { message }),
    },
  };
}

/** The path as the client asked for it. */
export function pathBelowRoot(path: string, tftpRoot: string | undefined): string {
  const root = tftpRoot?.replace(/(?<!\/)\/+$/, '');
  const inRoot = root !== undefined && path.startsWith(`${root}/`) ? path.slice(root.length) : path;
  return inRoot.replace(/^\/+/, '');
}
