import { forgetOldest } from '../../protocol/forget-oldest.ts';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { EventSink, NewBootEvent } from '../../model/boot-event.ts';
import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';
import { createDnsmasqLogReader } from '../../protocol/dnsmasq-log/log-reader.ts';
import { readOwnLine } from '../../protocol/dnsmasq-log/own-line.ts';
import type { DnsmasqLogRecord } from '../../protocol/dnsmasq-log/record.ts';
import type { MacOf } from '../address-book.ts';
import { NamedEvents } from '../named-events.ts';
import { eventsOfRecord } from './events-of-record.ts';

/** dnsmasq writes the block of one packet at once: a log that is quiet for so long has ended its block. */
const QUIET_MS = 60;
/** Transactions whose client is remembered. */
const MAX_XIDS = 256;
const MAX_LAST_LINES = 40;

export interface LogToEventsOptions {
  readonly sink: EventSink;
  /** the TFTP root on this machine, for the sizes of what was sent */
  readonly tftpRoot: string;
  /** the TFTP root as dnsmasq sees it (another path in a container) */
  readonly loggedTftpRoot?: string;
  readonly resolveMac?: MacOf;
  /** this host: it is nobody's neighbour, and not waited for */
  readonly ownAddress?: Ipv4Address;
}

/** Turns the lines of a live dnsmasq log into events. */
export interface LogToEvents {
  push(line: string, time?: string): void;
  /** the last lines as they came, oldest first: what a user is shown when something failed */
  lastLines(count?: number): readonly string[];
  /** emits what is still open */
  close(): void;
}

/** @see LogToEvents */
export function createLogToEvents(options: LogToEventsOptions): LogToEvents {
  const reader = createDnsmasqLogReader();
  const macOfXid = new Map<number, MacAddress>();
  const lastLines: string[] = [];
  const reading = {
    tftpRoot: options.loggedTftpRoot ?? options.tftpRoot,
    macOfXid: (xid: number) => macOfXid.get(xid),
  };
  const named = new NamedEvents({
    resolveMac: options.resolveMac,
    ownAddress: options.ownAddress,
    emit: (event) => emitComplete(event, options),
  });
  let timer: NodeJS.Timeout | undefined;
  let lineNumber = 0;

  const take = (records: readonly DnsmasqLogRecord[], time: string | undefined): void => {
    for (const record of records) {
      if (record.kind === 'exchange' && record.xid !== undefined && record.mac !== undefined) {
        remember(macOfXid, record.xid, record.mac);
      }
      for (const event of eventsOfRecord(record, reading)) {
        // what waits for its name keeps the time at which it was read
        named.push({ time: time ?? new Date().toISOString(), ...event });
      }
    }
  };

  return {
    push(line, time) {
      lastLines.push(line);
      if (lastLines.length > MAX_LAST_LINES) lastLines.shift();
      lineNumber += 1;
      const own = readOwnLine(line, lineNumber);
      if (own !== undefined) take(reader.read(own, lineNumber), time);
      clearTimeout(timer);
      timer = setTimeout(() => take(reader.flush(), time), QUIET_MS);
      timer.unref();
    },
    lastLines: (count = 8) => lastLines.filter((line) => line.trim() !== '').slice(-count),
    close() {
      clearTimeout(timer);
      take(reader.flush(), undefined);
      named.close();
    },
  };
}

function remember(map: Map<number, MacAddress>, xid: number, mac: MacAddress): void {
  map.delete(xid);
  map.set(xid, mac);
  forgetOldest(map, MAX_XIDS);
}

/** Adds what the log does not say: whose address it was and how big the file is. */
function emitComplete(event: NewBootEvent, options: LogToEventsOptions): void {
  // an unanswered packet of a client that was never answered: dnsmasq does not say whose it was
  const isUnanswered = event.type === 'dhcp.ignored' || event.type === 'dhcp.request';
  if (isUnanswered && event.mac === undefined && event.detail?.['macText'] === undefined) return;
  const path = event.detail?.['path'];
  if (event.type !== 'tftp.done' || typeof path !== 'string') return options.sink.emit(event);
  const size = statSync(join(options.tftpRoot, path), { throwIfNoEntry: false })?.size;
  const sizes = size === undefined ? {} : { sizeBytes: size, sentBytes: size };
  options.sink.emit({ ...event, detail: { ...event.detail, ...sizes } });
}
