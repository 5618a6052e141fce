import { chmod, rename, writeFile } from 'node:fs/promises';
import type { BootContext } from '../../model/boot-context.ts';
import type { EventSink } from '../../model/boot-event.ts';
import { messageOf } from '../../model/errors.ts';
import { probeOn } from '../../net/probe-interface.ts';
import { reservedAddresses } from '../../plan/reserved-addresses.ts';
import { readTextIfThere } from '../../platform/files.ts';
import {
  ipv4FromNumber,
  ipv4ToNumber,
  parseIpv4,
  parseMac,
  type Ipv4Address,
  type MacAddress,
} from '../../protocol/addresses.ts';
import { parseBlockPart } from '../../protocol/dnsmasq-log/message.ts';
import { readOwnLine } from '../../protocol/dnsmasq-log/own-line.ts';
import { isReadinessClient } from '../readiness-client.ts';
import { OfferMemory, type OfferMemoryOptions } from './offer-memory.ts';

const PROBE_MS = 300;
/** offers of one moment are told to dnsmasq together */
const GATHER_MS = 10;
const LOOK_EVERY_MS = 300_000;
const MAX_LOOKED_AT = 256;
/** as the rendered configuration says */
const LEASE_SECONDS = { 'pxe-only': 600, full: 3600 } as const;

export interface RememberedOffersOptions {
  readonly context: BootContext;
  /** dnsmasq's own */
  readonly leaseFile: string;
  /** what it is told the reservations through; no server may write beside it */
  readonly offersFile: string;
  readonly sink: EventSink;
}

export interface RememberedOffers {
  /** a line of dnsmasq's log */
  takeLine(line: string): void;
  /**
   * dnsmasq serves: it can be told (`readAgain`: SIGHUP, which it would not survive as it starts), and who uses the
   * range is looked for now and every five minutes.
   */
  serve(readAgain: () => unknown): void;
  /** Before dnsmasq is started with this configuration: an address that stands in it and here is told to nobody. */
  reload(context: BootContext): Promise<void>;
  close(): Promise<void>;
}

/**
 * Has dnsmasq offer nobody an address that it has offered to somebody else, or that somebody uses: what its log says it
 * offers becomes a reservation within a moment, long before a client takes it, and each new one is asked for by ARP.
 * Undefined in mode proxy.
 */
export async function rememberOffers(
  options: RememberedOffersOptions,
): Promise<RememberedOffers | undefined> {
  const first = memoryOptions(options.context);
  if (first === undefined) return undefined;
  let current = first;
  const memory = new OfferMemory(current);
  const path = options.offersFile;
  for (const file of [options.leaseFile, path]) {
    for (const [mac, address] of pairsOf((await readTextIfThere(file)) ?? '')) memory.restore(mac, address);
  }
  const write = async (): Promise<void> => {
    const lines = memory.reservations(Date.now()).map(([mac, address]) => `${mac},${address}\n`);
    // no fsync: a moment that a power cut takes is worth less than one that an offer waits
    await writeFile(`${path}.new`, lines.join(''));
    await chmod(`${path}.new`, 0o644);
    await rename(`${path}.new`, path);
  };
  await write();

  let readAgain: (() => unknown) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let looking: NodeJS.Timeout | undefined;
  let telling: Promise<void> = Promise.resolve();
  const tell = (): void => {
    if (readAgain === undefined) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      telling = telling.then(async () => {
        try {
          await write();
          await readAgain?.();
        } catch (error) {
          const message = `what dnsmasq has offered is not remembered: ${messageOf(error)}`;
          options.sink.emit({ type: 'engine.warning', detail: { reason: 'offers', message } });
        }
      });
    }, GATHER_MS);
  };
  const probe = (addresses: readonly Ipv4Address[]): void => {
    const ask = probeOn(options.context.config.network.interface, PROBE_MS);
    const silent = new Set(addresses);
    ask(addresses, (address, user) => {
      silent.delete(address);
      if (memory.used(address, user, Date.now())) tell();
    }).then(
      () => {
        if (memory.unused(silent, Date.now())) tell();
      },
      // an interface that is gone says nothing of who is there
      () => undefined,
    );
  };
  return {
    takeLine(line) {
      const own = readOwnLine(line, 0);
      const part = own === undefined ? undefined : parseBlockPart(own.message.replace(/^\d+ /, ''));
      if (part?.part !== 'packet' || part.mac === undefined || part.address === undefined) return;
      if (isReadinessClient(part.mac)) return;
      const nowMs = Date.now();
      let isChanged = false;
      if (part.reply === 'offer') {
        isChanged = memory.offered(part.mac, part.address, nowMs);
        if (isChanged) probe([part.address]);
      }
      if (part.reply === 'ack') isChanged = memory.leased(part.mac, part.address, nowMs);
      if (part.message === 'decline') isChanged = memory.declined(part.mac, part.address, nowMs);
      if (isChanged) tell();
    },
    serve(how) {
      readAgain = how;
      tell();
      probe(addressesOf(current));
      looking ??= setInterval(() => probe(addressesOf(current)), LOOK_EVERY_MS);
    },
    async reload(context) {
      const changed = memoryOptions(context);
      if (changed === undefined) return;
      current = changed;
      memory.change(changed);
      const written = telling.then(write);
      telling = written.catch(() => undefined);
      await written;
    },
    async close() {
      readAgain = undefined;
      clearInterval(looking);
      clearTimeout(timer);
      await telling;
    },
  };
}

function memoryOptions({ config }: BootContext): OfferMemoryOptions | undefined {
  const { mode, range, address, router } = config.network;
  if (mode === 'proxy' || range === undefined) return undefined;
  return {
    range,
    leaseSeconds: LEASE_SECONDS[mode],
    avoided: router === undefined ? [address] : [address, router],
    ownAddresses: reservedAddresses(config),
  };
}

function addressesOf({ range }: OfferMemoryOptions): Ipv4Address[] {
  const first = ipv4ToNumber(range.first);
  const count = Math.min(ipv4ToNumber(range.last) - first + 1, MAX_LOOKED_AT);
  return Array.from({ length: count }, (_, index) => ipv4FromNumber(first + index));
}

/** Lines of the lease file (`EXPIRY MAC ADDRESS NAME ID`) and of our own (`MAC,ADDRESS`). */
function pairsOf(text: string): (readonly [MacAddress, Ipv4Address])[] {
  return text.split('\n').flatMap((line) => {
    const words = line.split(/[ ,]/);
    const [mac, address] = words.length > 2 ? [words[1], words[2]] : words;
    const pair = [parseMac(mac ?? ''), parseIpv4(address ?? '')] as const;
    return pair[0] === undefined || pair[1] === undefined ? [] : [[pair[0], pair[1]] as const];
  });
}
