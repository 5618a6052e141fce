import type { NewBootEvent } from '../../model/boot-event.ts';
import type { BootPlan, IgnoreReason } from '../../model/boot-plan.ts';
import type { ClientFacts } from '../../model/client-facts.ts';
import type { Ipv4Address } from '../../protocol/addresses.ts';
import type { DhcpPacket } from '../../protocol/dhcp/dhcp-packet.ts';

export type DhcpPort = 67 | 4011;

/** A client's packet on its way through the server. */
export interface Received {
  readonly packet: DhcpPacket;
  readonly facts: ClientFacts;
  readonly messageType: number;
  readonly port: DhcpPort;
  readonly source: { readonly address: Ipv4Address; readonly port: number };
}

export interface Ignored {
  readonly action: 'ignore';
  readonly reason: IgnoreReason;
  /** one plain sentence */
  readonly detail: string;
}

/** What becomes of one packet: `events` are told first, then the reply is sent. */
export type Decision =
  | Ignored
  | {
      /** decide again once it is known whether another machine uses this address */
      readonly action: 'probe';
      readonly address: Ipv4Address;
    }
  | {
      readonly action: 'note';
      readonly events: readonly NewBootEvent[];
    }
  | {
      readonly action: 'reply';
      readonly reply: DhcpPacket;
      readonly events: readonly NewBootEvent[];
    };

export type Planner = (facts: ClientFacts) => BootPlan;

export function ignore(reason: IgnoreReason, detail: string): Ignored {
  return { action: 'ignore', reason, detail };
}
