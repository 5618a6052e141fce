import { forgetOldest } from '../../protocol/forget-oldest.ts';
import type { ExchangeRecord } from '../../protocol/dnsmasq-log/record.ts';
import type { Limit } from './observation.ts';

const MAX_ADDRESSES = 2000;

/** Addresses that dnsmasq offers to two machines and then refuses one of them (rfc2131.c: "address in use"). */
export class AddressClashes {
  /** who was given an address: one machine is enough to name */
  readonly #holderOf = new Map<string, string>();
  #first: { readonly address: string; readonly loser: string } | undefined;
  #count = 0;
  readonly #abandoned = new Map<string, { readonly server: string; readonly why: string }>();

  /** A packet of any DHCP client, whether it boots or not. */
  take({ address, mac, macText, reply, remark }: ExchangeRecord): void {
    const who = mac ?? macText;
    if (address === undefined || who === undefined) return;
    if (reply === 'nak' && remark === 'address in use') {
      this.#count++;
      this.#first ??= { address, loser: who };
    } else if (reply === 'ack') {
      this.#holderOf.set(address, who);
      forgetOldest(this.#holderOf, MAX_ADDRESSES);
    }
  }

  /** ISC dhcpd: somebody answers at an address that it wanted to lease, or the client says that somebody does. */
  takeAbandoned(server: string, { address, why }: { readonly address: string; readonly why: string }): void {
    forgetOldest(this.#abandoned, MAX_ADDRESSES);
    this.#abandoned.set(address, { server, why });
  }

  /** What can be said of it; empty when there was none. */
  limits(): readonly Limit[] {
    return [...this.#inUse(), ...this.#offeredTwice()];
  }

  #inUse(): readonly Limit[] {
    const [first] = this.#abandoned;
    if (!first) return [];
    const [address, { server, why }] = first;
    const others = this.#abandoned.size > 1 ? ` and ${this.#abandoned.size - 1} more` : '';
    return [
      {
        text: `${server} gave up ${address}${others} ("${why}"): another device has this address already, and the client is given none until the next is tried. It is a device with an address set by hand in the range, or one that another DHCP server gave it to`,
        advice: `see who has it: ping -c1 ${address}; ip neigh show ${address}. Take such addresses out of the range, and see that no other DHCP server answers`,
      },
    ];
  }

  #offeredTwice(): readonly Limit[] {
    if (!this.#first) return [];
    const { address, loser } = this.#first;
    const holder = this.#holderOf.get(address);
    const winner = holder === loser ? undefined : holder;
    const others = this.#count > 1 ? `, and ${this.#count - 1} more such answers` : '';
    return [
      {
        text: `dnsmasq offered ${address} to ${winner ?? 'another machine'} and to ${loser}, and refused it to the second (NAK, "address in use")${others}: an offer does not set an address aside, and machines that start together may be offered the same one`,
        advice:
          'add dhcp-sequential-ip to dnsmasq.conf, or give each machine its own address: dhcp-host=MAC,ADDRESS; a larger range makes it rarer',
      },
    ];
  }
}
