import { forgetOldest } from '../../protocol/forget-oldest.ts';
import { RASPBERRY_PI_PREFIXES } from '../../plan/firmware-of.ts';
import type { Limit } from './observation.ts';

const MAX_SEEKERS = 2000;
/** a client that begins anew so often after an offer, and never asks for it, has not got the offers */
const MIN_NEW_BEGINNINGS = 2;
/** where others get an address once is chance: a pool may be full for a moment */
const MIN_IN_VAIN = 2;
/** What ISC dhcpd, Kea and dnsmasq say when they have no address for who asks. */
const NO_LEASE =
  /\bno free leases\b|\bno pools were available\b|\bfailed to allocate an IPv4 address after\b|\bno address (?:available|configured)\b|\bno leases left\b/i;

interface Seeker {
  offers: number;
  /** questions after an offer */
  beginnings: number;
  hasTaken: boolean;
  /** questions for which the server has no address */
  withoutLease: number;
  words: string;
  server: string;
  /** the relay that its packets come through */
  relay?: string | undefined;
}

/** One packet of a DHCP client, or the answer to it, as a log tells it. */
interface Asked {
  readonly who: string;
  readonly server: string;
  readonly message: string;
  readonly remark?: string | undefined;
  readonly relay?: string | undefined;
}

/** DHCP clients that ask again and again: whether they boot, a log without their classes does not tell. */
export class AddressSeekers {
  readonly #seekers = new Map<string, Seeker>();
  #hasGiven = false;

  /** Some client was given or offered an address. */
  get hasGiven(): boolean {
    return this.#hasGiven;
  }

  take({ who, server, message, remark, relay }: Asked): void {
    const seeker = this.#seeker(who, server);
    const without = remark === undefined ? null : NO_LEASE.exec(remark);
    if (without) {
      seeker.withoutLease++;
      seeker.words = without[0];
    }
    if (message === 'offer') {
      seeker.offers++;
      seeker.relay ??= relay;
    } else if (message === 'discover' && seeker.offers > 0) seeker.beginnings++;
    else if (message === 'request' || message === 'ack') seeker.hasTaken = true;
    this.#hasGiven ||= message === 'offer' || message === 'ack';
  }

  /** Clients that were offered an address again and again and took none: why, no such log tells. */
  get untakenOffers(): readonly Limit[] {
    const [first, ...others] = [...this.#seekers].filter(
      ([, { beginnings, hasTaken }]) => beginnings >= MIN_NEW_BEGINNINGS && !hasTaken,
    );
    if (first === undefined) return [];
    const [who, { offers, relay }] = first;
    const isPi = RASPBERRY_PI_PREFIXES.some((prefix) => who.startsWith(prefix));
    const way = relay === undefined ? 'a relay' : `the relay ${relay}, through which they go back`;
    return [
      {
        text: `${named(who, others.length)} was offered an address ${offers} times and asked for none: the offers do not reach it (${way}, a VLAN, a firewall), or lack what it waits for${isPi ? ' (this is a Raspberry Pi: its ROM waits for option 43 with "Raspberry Pi Boot", and takes no other offer)' : ''}`,
        advice: `${isPi ? 'dnsmasq sends it with pxe-service=0,"Raspberry Pi Boot"; if it does, ' : ''}record where the machine is connected, and give the capture: pxectl doctor --pcap FILE`,
      },
    ];
  }

  /** Clients that the server would answer and has no address for. */
  get withoutLease(): readonly Limit[] {
    const [first, ...others] = [...this.#seekers].filter(
      ([, { withoutLease }]) => withoutLease >= MIN_IN_VAIN || (withoutLease > 0 && !this.#hasGiven),
    );
    if (first === undefined) return [];
    const [who, { withoutLease, words, server }] = first;
    const times = withoutLease === 1 ? 'once' : `${withoutLease} times`;
    return [
      {
        text: `${named(who, others.length)} asked ${times}, and the DHCP server has no address for it ("${words}"): its network has no range, every address of it is taken, or its pools do not take this client${server === 'ISC dhcpd' ? ' (deny unknown-clients, allow members of)' : ''}`,
        advice:
          ROOM_FOR_IT[server] ?? 'give its network a range with room, or the machine an address of its own',
      },
    ];
  }

  #seeker(who: string, server: string): Seeker {
    const known = this.#seekers.get(who);
    if (known) return known;
    const seeker: Seeker = {
      offers: 0,
      beginnings: 0,
      hasTaken: false,
      withoutLease: 0,
      words: '',
      server,
    };
    forgetOldest(this.#seekers, MAX_SEEKERS - 1);
    this.#seekers.set(who, seeker);
    return seeker;
  }
}

const ROOM_FOR_IT: Readonly<Record<string, string>> = {
  'ISC dhcpd':
    'see range and pools of that subnet in dhcpd.conf and the leases in dhcpd.leases; give the subnet a range with room, or the machine a host with fixed-address',
  Kea: 'see the pools of that subnet and their client classes in kea-dhcp4.conf; give it a pool with room, or the machine a reservation',
  dnsmasq:
    'see dhcp-range in dnsmasq.conf and the leases in its lease file; give it a longer range, or the machine its own: dhcp-host=MAC,ADDRESS',
};

function named(who: string, others: number): string {
  return `${who}${others === 0 ? '' : ` and ${others} more`}`;
}
