import type { Limit } from './observation.ts';

/** `HTTP PXE service is running on 192.168.3.100:16000` */
const OWN = /service is running on (\d+(?:\.\d+){3}):/;
/** `Recv DHCP Discover from 80fa-5b08-07d0, response DHCP OFFER with ip 192.168.3.100/255.255.255.0` */
const OFFERED = /from ([\da-f-]{12,17}), response DHCP (?:OFFER|ACK) with ip (\d+(?:\.\d+){3})/i;

/** The one thing of iVentoy's log that shows a fault for sure: it leases the address that it has itself. */
export class IventoyText {
  #own: string | undefined;
  #given: { readonly who: string; readonly address: string } | undefined;

  push(text: string): void {
    this.#own ??= OWN.exec(text)?.[1];
    const [, who, address] = OFFERED.exec(text) ?? [];
    if (who !== undefined && address !== undefined && address === this.#own) this.#given ??= { who, address };
  }

  limits(): readonly Limit[] {
    if (!this.#given) return [];
    const { who, address } = this.#given;
    return [
      {
        text: `iVentoy runs on ${address} and leases this same address to ${who}: the machine asks itself for its boot program, and times out`,
        advice: `take ${address} out of its IP pool (Configuration, IP Pool), or let the DHCP server of the network give the addresses (DHCP Server Mode: External)`,
      },
    ];
  }
}
