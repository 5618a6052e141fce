import { isReadinessClient } from '../../engine/readiness-client.ts';
import type { Firmware } from '../../model/firmware.ts';
import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';
import type {
  ClientObservation,
  HttpRead,
  Phase,
  RefusedSeen,
  ReplySeen,
  RequestSeen,
  TftpRead,
} from './observation.ts';

/** Who sent a DHCP packet, as far as it says. */
export interface ClientIdentity {
  /** the MAC, or another stable name where the source shortens it */
  readonly key: string;
  readonly mac?: MacAddress;
  readonly macText?: string;
  readonly firmware: Firmware | 'system';
  readonly architectures: readonly number[];
  readonly vendorClass?: string;
}

const MAX_CLIENTS = 1000;
const MAX_PHASES = 60;
const MAX_SEEN = 400;

interface OpenPhase extends Phase {
  firmware: Firmware | 'system';
  requests: RequestSeen[];
  replies: ReplySeen[];
  tftp: TftpRead[];
  http: HttpRead[];
  refused: RefusedSeen[];
}

interface OpenClient {
  readonly key: string;
  readonly mac?: MacAddress;
  readonly macText?: string;
  ip: Ipv4Address | undefined;
  readonly phases: OpenPhase[];
}

/** Collects what was seen into clients and the phases of their boots. Bounded: the oldest client goes first. */
export class ObservationBuilder {
  readonly #clients = new Map<string, OpenClient>();
  readonly #keyOfAddress = new Map<Ipv4Address, string>();
  #lastKey: string | undefined;

  request(who: ClientIdentity, seen: RequestSeen): void {
    // pxectl itself, when it looks who answers: it boots nothing
    if (who.mac !== undefined && isReadinessClient(who.mac)) return;
    const client = this.#client(who);
    const phase = phaseFor(client, who, seen);
    keep(phase.requests, seen);
    if (seen.clientAddress !== undefined) this.setAddress(client.key, seen.clientAddress);
    this.#lastKey = client.key;
  }

  reply(key: string, seen: ReplySeen): void {
    const client = this.#clients.get(key);
    const phase = client?.phases.at(-1);
    if (!client || !phase) return;
    keep(phase.replies, seen);
    if (seen.type === 'ack' && seen.leasedAddress !== undefined) this.setAddress(key, seen.leasedAddress);
  }

  /** The client with this key has this address from now on. */
  setAddress(key: string, address: Ipv4Address): void {
    const client = this.#clients.get(key);
    if (!client) return;
    client.ip = address;
    this.#keyOfAddress.set(address, key);
  }

  tftp(address: Ipv4Address | undefined, mac: MacAddress | undefined, read: TftpRead): void {
    const phase = this.#phaseOf(address, mac);
    if (phase) keep(phase.tftp, read);
  }

  /** False when the client is none that boots from the network. */
  http(address: Ipv4Address, mac: MacAddress | undefined, read: HttpRead): boolean {
    if (!this.#isKnown(address, mac)) return false;
    const phase = this.#phaseOf(address, mac);
    if (phase) keep(phase.http, read);
    return phase !== undefined;
  }

  /** A client of which nothing but its address is known. */
  newcomer(address: Ipv4Address, firmware: Firmware): void {
    const client = this.#client({ key: address, firmware, architectures: [] });
    this.setAddress(address, address);
    if (client.phases.length === 0) client.phases.push(emptyPhase(firmware, []));
  }

  refused(address: Ipv4Address, seen: RefusedSeen): void {
    const phase = this.#isKnown(address, undefined) ? this.#phaseOf(address, undefined) : undefined;
    if (phase) keep(phase.refused, seen);
  }

  #isKnown(address: Ipv4Address, mac: MacAddress | undefined): boolean {
    return this.#keyOfAddress.has(address) || (mac !== undefined && this.#clients.has(mac));
  }

  has(key: string): boolean {
    return this.#clients.has(key);
  }

  clients(): readonly ClientObservation[] {
    return [...this.#clients.values()].map((client) => ({
      ...(client.mac === undefined ? {} : { mac: client.mac }),
      ...(client.macText === undefined ? {} : { macText: client.macText }),
      ...(client.ip === undefined ? {} : { ip: client.ip }),
      phases: client.phases,
    }));
  }

  /**
   * Whose transfer it is: by MAC, by the address that it was leased, else of the client that asked last. A transfer
   * of an address nobody knows makes a client of its own: logs without DHCP have nothing else.
   */
  #phaseOf(address: Ipv4Address | undefined, mac: MacAddress | undefined): OpenPhase | undefined {
    const byMac = mac !== undefined && this.#clients.has(mac) ? mac : undefined;
    const byAddress = address === undefined ? undefined : this.#keyOfAddress.get(address);
    const last = this.#lastKey === undefined ? undefined : this.#clients.get(this.#lastKey);
    // the client that asked last has no address yet: this must be it
    const byTurn = mac === undefined && last !== undefined && last.ip === undefined ? last.key : undefined;
    const key = byMac ?? byAddress ?? byTurn;
    if (key !== undefined) {
      if (address !== undefined) this.setAddress(key, address);
      return this.#clients.get(key)?.phases.at(-1);
    }
    if (address === undefined) return last?.phases.at(-1);
    const client = this.#client({
      key: address,
      firmware: 'unknown',
      architectures: [],
      ...(mac ? { mac } : {}),
    });
    this.setAddress(address, address);
    if (client.phases.length === 0) client.phases.push(emptyPhase('unknown', []));
    return client.phases.at(-1);
  }

  #client(who: ClientIdentity): OpenClient {
    const known = this.#clients.get(who.key);
    if (known) return known;
    if (this.#clients.size >= MAX_CLIENTS) {
      const [oldest] = this.#clients.keys();
      if (oldest !== undefined) this.#clients.delete(oldest);
    }
    const client: OpenClient = {
      key: who.key,
      ...(who.mac === undefined ? {} : { mac: who.mac }),
      ...(who.macText === undefined ? {} : { macText: who.macText }),
      ip: undefined,
      phases: [],
    };
    this.#clients.set(who.key, client);
    return client;
  }
}

function phaseFor(client: OpenClient, who: ClientIdentity, seen: RequestSeen): OpenPhase {
  const current = client.phases.at(-1);
  if (current && !startsPhase(current, who, seen)) return current;
  if (client.phases.length >= MAX_PHASES) client.phases.shift();
  const phase = emptyPhase(who.firmware, who.architectures, who.vendorClass);
  client.phases.push(phase);
  return phase;
}

/** Another program asks, or the same one again after it had fetched something: a new phase. */
function startsPhase(current: OpenPhase, who: ClientIdentity, seen: RequestSeen): boolean {
  if (seen.type !== 'discover') {
    // a request to port 4011 or for an address follows its DISCOVER; only a program that skips DISCOVER differs
    return who.firmware !== current.firmware && who.firmware !== 'unknown' && seen.port === 67;
  }
  if (who.firmware !== current.firmware) return true;
  return current.tftp.some((read) => read.outcome === 'done') || current.http.length > 0;
}

function emptyPhase(
  firmware: Firmware | 'system',
  architectures: readonly number[],
  vendorClass?: string,
): OpenPhase {
  return {
    firmware,
    architectures,
    ...(vendorClass === undefined ? {} : { vendorClass }),
    requests: [],
    replies: [],
    tftp: [],
    http: [],
    refused: [],
  };
}

/** Of very many the first and the last are kept: how it began, and how it ended. */
function keep<T>(list: T[], item: T): void {
  if (list.length >= MAX_SEEN) list.splice(MAX_SEEN / 2, 1);
  list.push(item);
}
