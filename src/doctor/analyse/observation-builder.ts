import { forgetOldest } from '../../protocol/forget-oldest.ts';
import { isReadinessClient } from '../../engine/readiness-client.ts';
import type { Firmware } from '../../model/firmware.ts';
import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';
import type {
  ClientObservation,
  HttpRead,
  Observations,
  RefusedSeen,
  ReplySeen,
  RequestSeen,
  TftpRead,
  SettledSeen,
} from './observation.ts';
import { isRaspberryPiFile } from './boot-files.ts';
import {
  emptyPhase,
  observationOf,
  startsPhase,
  WEIGHT_OF_REPLY,
  weightOf,
  type ClientIdentity,
  type OpenClient,
  type OpenPhase,
} from './open-client.ts';
import { SettledBoots } from './settled-boots.ts';

const MAX_CLIENTS = 1000;
const MAX_PHASES = 60;
const MAX_SEEN = 400;
/** Things seen of all clients. */
const MAX_KEPT = 8_000;
/** So much stays of each where one of these is reached. */
const KEPT_CLIENTS = 750;
const KEPT_PHASES = 6;
const KEPT_SEEN = 5_000;
const MAX_ADDRESSES = 20_000;
const MAX_EARLY = 100;

/**
 * Collects what was seen into clients and the phases of their boots. Bounded: what is over is judged, the client that has
 * been silent for longest first.
 */
export class ObservationBuilder {
  readonly #clients = new Map<string, OpenClient>();
  readonly #settled = new SettledBoots();
  /** transfers of clients that were not named, before any was */
  readonly #early: TftpRead[] = [];
  #keptCount = 0;
  #tick = 0;
  readonly #keyOfAddress = new Map<Ipv4Address, string>();
  #lastKey: string | undefined;

  /** `soFar`: what the source has told besides its clients. */
  constructor(private readonly soFar: () => Omit<Observations, 'clients'>) {}

  request(who: ClientIdentity, seen: RequestSeen): void {
    // pxectl itself, when it looks who answers: it boots nothing
    if (who.mac !== undefined && isReadinessClient(who.mac)) return;
    const client = this.#client(who);
    const phase = this.#phaseFor(client, who, seen);
    this.#keep(phase.requests, seen);
    if (seen.clientAddress !== undefined) this.setAddress(client.key, seen.clientAddress);
    this.#lastKey = client.key;
  }

  reply(key: string, seen: ReplySeen): void {
    const client = this.#clients.get(key);
    const phase = client?.phases.at(-1);
    if (!client || !phase) return;
    if (seen.leasedAddress !== undefined && client.ip === undefined)
      this.#joinAddress(seen.leasedAddress, client);
    this.#keep(phase.replies, seen, WEIGHT_OF_REPLY);
    if (seen.type === 'ack' && seen.leasedAddress !== undefined) this.setAddress(key, seen.leasedAddress);
  }

  /** The client with this key has this address from now on. */
  setAddress(key: string, address: Ipv4Address): void {
    const client = this.#clients.get(key);
    if (!client) return;
    client.ip = address;
    if (this.#keyOfAddress.get(address) === key) return;
    forgetOldest(this.#keyOfAddress, MAX_ADDRESSES - 1);
    this.#keyOfAddress.set(address, key);
  }

  tftp(address: Ipv4Address | undefined, mac: MacAddress | undefined, read: TftpRead): void {
    const phase = this.#phaseOf(address, mac);
    if (phase) {
      this.#keep(phase.tftp, read);
      if (phase.firmware === 'unknown' && isRaspberryPiFile(read.path)) phase.firmware = 'raspberry-pi';
    } else if (this.#early.length < MAX_EARLY) this.#early.push(read);
  }

  /** False when the client is none that boots from the network. */
  http(address: Ipv4Address, mac: MacAddress | undefined, read: HttpRead): boolean {
    if (!this.#isKnown(address, mac)) return false;
    const phase = this.#phaseOf(address, mac);
    if (phase) this.#keep(phase.http, read);
    return phase !== undefined;
  }

  /** A client of which nothing but its address is known. */
  newcomer(address: Ipv4Address, firmware: Firmware): void {
    const client = this.#client({ key: address, firmware, architectures: [] });
    this.setAddress(address, address);
    if (client.phases.length === 0) client.phases.push(emptyPhase(firmware, []));
  }

  /** The source ends: a log that names no client at all is of one that it does not name. */
  end(): void {
    if (this.#early.length === 0 || this.#clients.size > 0) return;
    const client = this.#client({ key: 'unnamed', firmware: 'unknown', architectures: [] });
    client.phases.push(phaseOfTransfers(this.#early.splice(0)));
  }

  refused(address: Ipv4Address, seen: RefusedSeen): void {
    const phase = this.#isKnown(address, undefined) ? this.#phaseOf(address, undefined) : undefined;
    if (phase) this.#keep(phase.refused, seen);
  }

  #isKnown(address: Ipv4Address, mac: MacAddress | undefined): boolean {
    return this.#keyOfAddress.has(address) || (mac !== undefined && this.#clients.has(mac));
  }

  has(key: string): boolean {
    return this.#clients.has(key);
  }

  /** Whether a client has this MAC or address. */
  knows(address: string): boolean {
    return this.#clients.has(address.toLowerCase()) || this.#keyOfAddress.has(address as Ipv4Address);
  }

  clients(): readonly ClientObservation[] {
    return [...this.#clients.values()].map(observationOf);
  }

  /** The clients that were let go, and what was found in their boots. */
  settled(): SettledSeen | undefined {
    return this.#settled.seen((key) => this.#clients.has(key));
  }

  /**
   * Whose transfer it is: by MAC, by the address that it was leased, else of the client that asked last. A transfer
   * of an address nobody knows makes a client of its own: logs without DHCP have nothing else.
   */
  #phaseOf(address: Ipv4Address | undefined, mac: MacAddress | undefined): OpenPhase | undefined {
    const byMac = mac !== undefined && this.#clients.has(mac) ? mac : undefined;
    let byAddress = address === undefined ? undefined : this.#keyOfAddress.get(address);
    const last = this.#lastKey === undefined ? undefined : this.#clients.get(this.#lastKey);
    if (byAddress !== undefined && mac === undefined && last && this.#joinEarlier(byAddress, last))
      byAddress = last.key;
    // the client that asked last has no address yet: this must be it
    const byTurn = mac === undefined && last !== undefined && last.ip === undefined ? last.key : undefined;
    const key = byMac ?? byAddress ?? byTurn;
    if (key !== undefined) {
      if (address !== undefined) this.setAddress(key, address);
      const known = this.#clients.get(key);
      if (known) known.lastSeen = ++this.#tick;
      return known?.phases.at(-1);
    }
    if (address === undefined) return last?.phases.at(-1);
    const client = this.#client({
      key: address,
      firmware: 'unknown',
      architectures: [],
      ...(mac ? { mac } : {}),
    });
    client.beganUnseen = last === undefined;
    this.setAddress(address, address);
    if (client.phases.length === 0) {
      // who is named at last is who asked before
      client.phases.push(phaseOfTransfers(client.beganUnseen ? this.#early.splice(0) : []));
    }
    return client.phases.at(-1);
  }

  /**
   * A log that begins in mid-boot names a client by its address first, and by its MAC when its next program asks. While
   * nobody else has asked, the transfers that go on are of that one.
   */
  #joinEarlier(key: string, last: OpenClient): boolean {
    const earlier = this.#clients.get(key);
    if (earlier?.beganUnseen !== true || last.ip !== undefined || earlier.judgedCount > 0) return false;
    const others = [...this.#clients.values()].filter((client) => client !== last && !client.beganUnseen);
    if (others.length > 0) return false;
    last.phases.unshift(...earlier.phases);
    this.#clients.delete(key);
    return true;
  }

  /** The address that a client is given again was its own before, when the log began in mid-boot. */
  #joinAddress(address: Ipv4Address, client: OpenClient): void {
    const earlier = this.#clients.get(address);
    if (earlier?.beganUnseen !== true || earlier.judgedCount + client.judgedCount > 0) return;
    client.phases.unshift(...earlier.phases);
    this.#clients.delete(address);
    this.setAddress(client.key, address);
  }

  #client(who: ClientIdentity): OpenClient {
    const known = this.#clients.get(who.key);
    if (known) {
      known.lastSeen = ++this.#tick;
      return known;
    }
    if (this.#clients.size >= MAX_CLIENTS) this.#letGo(this.#observations(), (count) => count > KEPT_CLIENTS);
    const client: OpenClient = {
      key: who.key,
      ...(who.mac === undefined ? {} : { mac: who.mac }),
      ...(who.macText === undefined ? {} : { macText: who.macText }),
      ip: undefined,
      phases: [],
      judgedCount: 0,
      beganUnseen: false,
      lastSeen: ++this.#tick,
    };
    this.#clients.set(who.key, client);
    return client;
  }

  #phaseFor(client: OpenClient, who: ClientIdentity, seen: RequestSeen): OpenPhase {
    const current = client.phases.at(-1);
    if (current && !startsPhase(current, who, seen)) return current;
    if (client.phases.length >= MAX_PHASES) this.#settlePhases(client, this.#observations());
    const phase = emptyPhase(who.firmware, who.architectures, who.vendorClass);
    client.phases.push(phase);
    return phase;
  }

  /** Of very many the first and the last are kept: how it began, and how it ended. */
  #keep<T>(list: T[], item: T, weight = 1): void {
    if (list.length >= MAX_SEEN) list.splice(MAX_SEEN / 2, 1);
    list.push(item);
    this.#keptCount += weight;
    if (this.#keptCount >= MAX_KEPT) this.#compact();
  }

  /** Judges what is over and lets it go: first the older boots of each client, then the clients that are silent. */
  #compact(): void {
    const observations = this.#observations();
    this.#keptCount = 0;
    for (const client of this.#clients.values()) {
      this.#settlePhases(client, observations);
      this.#keptCount += weightOf(client);
    }
    this.#letGo(observations, () => this.#keptCount > KEPT_SEEN);
  }

  /** The last of those that go stays: it tells what was before the next. */
  #settlePhases(client: OpenClient, observations: Observations): void {
    const end = client.phases.length - KEPT_PHASES;
    if (end <= client.judgedCount) return;
    this.#settled.settle(observationOf(client), end, observations);
    client.phases.splice(0, end - 1);
    client.judgedCount = 1;
  }

  /** The client that was heard of last always stays: its boot goes on. */
  #letGo(observations: Observations, isTooMuch: (clientCount: number) => boolean): void {
    const bySilence = [...this.#clients.values()].sort((a, b) => a.lastSeen - b.lastSeen);
    for (const client of bySilence.slice(0, -1)) {
      if (!isTooMuch(this.#clients.size)) return;
      this.#settled.settleClient(client.key, observationOf(client), observations);
      this.#clients.delete(client.key);
      if (client.ip !== undefined && this.#keyOfAddress.get(client.ip) === client.key)
        this.#keyOfAddress.delete(client.ip);
      this.#keptCount -= weightOf(client);
    }
  }

  #observations(): Observations {
    return { ...this.soFar(), clients: this.clients() };
  }
}

function phaseOfTransfers(tftp: TftpRead[]): OpenPhase {
  const isPi = tftp.some(({ path }) => isRaspberryPiFile(path));
  return { ...emptyPhase(isPi ? 'raspberry-pi' : 'unknown', []), tftp };
}
